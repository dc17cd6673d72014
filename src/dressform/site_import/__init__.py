"""Moving the accounts of a FreeSewing site here.

A reader yields the accounts of one version as `SourceAccount`; a plan says what becomes of each by the rules of
this site; the importer stores it. docs/importing-a-site.md has the facts about the versions.
"""
