"""Every text for people, in one folder of JSON files for each language, and the choice of a language.

A file holds the texts of one area (`problems`, `measurements`, …) by key. A text has places in braces,
`{count}`, which are filled when it is read. A text whose form depends on a number is an object of forms by
CLDR's plural categories (`one`, `few`, `many`, `other`); the place `count` chooses the form.
A text that a language lacks is read in English.
"""
