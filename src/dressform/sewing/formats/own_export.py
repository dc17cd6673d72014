"""Dressform's own files: the export of an account, a page of models, and one model."""

from collections.abc import Iterable, Mapping

from dressform.sewing.catalogue import printable_name
from dressform.sewing.formats.entries import assert_not_too_many
from dressform.sewing.formats.freesewing import assert_not_too_many_bodies
from dressform.sewing.formats.nodes import MappingNode, Node, ScalarNode, SequenceNode
from dressform.sewing.formats.own_models import (
    OwnModel,
    attach_to_base,
    is_own_model,
    parse_model,
    parse_picture_index,
)
from dressform.sewing.formats.personal import sort_kinds
from dressform.sewing.formats.reasons import Reason, message
from dressform.sewing.formats.types import (
    EntryReport,
    Format,
    ImportedBody,
    ImportedProfile,
    ImportOptions,
    ImportResult,
    Outcome,
)

_PROFILE_SETTINGS = ("language", "unit")
_ACCOUNT_KEYS = ("sessions", "operator", "consents", "repeated_requests")


def parse(trees: list[Node], of: Format, options: ImportOptions) -> ImportResult | None:
    """Parse such a file, or return None for another one. Raises UnreadableFileError."""
    if len(trees) != 1:
        return None
    parts = _split(trees[0])
    listed = _find_models(trees[0], parts)
    if listed is None:
        return None
    nodes = [each for each in listed if isinstance(each, MappingNode) and is_own_model(each)]
    assert_not_too_many_bodies(nodes)
    models = [parse_model(node, place) for place, node in enumerate(nodes)]
    bodies = _attach_variants(models)
    report = tuple(line for model in models for line in model.entries.lines)
    assert_not_too_many(report)
    account = _AccountParser(options)
    profile = account.parse(parts)
    account.reject_others(each for each in listed if not is_own_model(each))
    dropped = {"email"} if account.has_email else set()
    return ImportResult(
        of, bodies, report, sort_kinds(dropped), profile, tuple(account.lines), is_own_file=True
    )


def _split(node: Node) -> Mapping[str, tuple[ScalarNode, Node]]:
    pairs = node.pairs if isinstance(node, MappingNode) else []
    return {key.text: (key, value) for key, value in pairs}


def _find_models(top: Node, parts: Mapping[str, tuple[ScalarNode, Node]]) -> list[Node] | None:
    """Return the items of a list of models, or None for another file."""
    if is_own_model(top):
        return [top]
    listed = top
    for key in ("models", "items"):
        if key in parts:
            listed = parts[key][1]
    if not isinstance(listed, SequenceNode):
        return None
    is_export = {"profile", "models", "sessions"} <= set(parts)
    return listed.items if is_export or any(map(is_own_model, listed.items)) else None


def _attach_variants(models: list[OwnModel]) -> tuple[ImportedBody, ...]:
    """Return the bodies: a variant refers to the model before it that it is based on."""
    places: dict[str, int] = {}
    bodies: list[ImportedBody] = []
    for place, model in enumerate(models):
        base = places.get(model.based_on or "")
        line = model.entries.lines[0].line if model.entries.lines else 1
        if base is not None:
            model.entries.mark(line, "based_on", message("variant"))
            bodies.append(attach_to_base(model, base, bodies[base]))
        else:
            if model.based_on:
                model.entries.reject(line, "based_on", message("no_base"))
            # A variant is no base.
            places[model.id] = place
            bodies.append(model.body)
    return tuple(bodies)


class _AccountParser:
    """Parses what is beside the models, and reports each part of it."""

    def __init__(self, options: ImportOptions) -> None:
        self.lines: list[EntryReport] = []
        self.has_email = False
        self._is_asked = options.profile

    def parse(self, parts: Mapping[str, tuple[ScalarNode, Node]]) -> ImportedProfile | None:
        profile = self._parse_profile(parts)
        for key in _ACCOUNT_KEYS:
            if key in parts:
                self._reject(parts[key][0], key, message("account_only"))
        if "items" in parts and "next" in parts and _text(parts["next"][1]):
            self._reject(parts["next"][0], "next", message("more_models"))
        return profile

    def reject_others(self, nodes: Iterable[Node]) -> None:
        """Report the items of a list of models that are none."""
        for node in nodes:
            reason = message("not_a_list")
            self.lines.append(EntryReport(node.line, "items", Outcome.LEFT_OUT, 0, reason=reason))

    def _parse_profile(
        self, parts: Mapping[str, tuple[ScalarNode, Node]]
    ) -> ImportedProfile | None:
        fields = _split(parts["profile"][1]) if "profile" in parts else {}
        self.has_email = "email" in fields
        if "username" in fields:
            self._reject(fields["username"][0], "username", message("account_only"))
        settings = {key: self._take(fields, key) for key in _PROFILE_SETTINGS}
        bio, networks = self._take(fields, "bio"), self._take_social_accounts(fields)
        picture = self._take_picture(parts, fields)
        if not fields or not self._is_asked:
            return None
        stated = {key: text for key, text in settings.items() if text}
        return ImportedProfile(bio or None, networks, stated, picture)

    def _take(self, fields: Mapping[str, tuple[ScalarNode, Node]], key: str) -> str:
        text = _text(fields[key][1]) if key in fields else ""
        if text:
            self._mark(fields[key][0], key)
        return text

    def _take_social_accounts(
        self, fields: Mapping[str, tuple[ScalarNode, Node]]
    ) -> Mapping[str, str]:
        node = fields["social_accounts"][1] if "social_accounts" in fields else None
        accounts = {key: (name, _text(value)) for key, (name, value) in _split_or_none(node)}
        for name, _ in accounts.values():
            self._mark(name, f"social_accounts.{name.text}")
        return {key: text for key, (_, text) in accounts.items()}

    def _take_picture(
        self,
        parts: Mapping[str, tuple[ScalarNode, Node]],
        fields: Mapping[str, tuple[ScalarNode, Node]],
    ) -> int | None:
        key, node = parts.get("picture_webp", (None, None))
        if key is not None and isinstance(node, ScalarNode) and not node.is_null:
            index = parse_picture_index(node)
            if index is None:
                self._reject(key, "picture", message("picture_damaged"))
            else:
                self._mark(key, "picture")
            return index
        if "picture" in fields and _text(fields["picture"][1]):
            self._reject(fields["picture"][0], "picture", message("picture_elsewhere"))
        return None

    def _mark(self, key: ScalarNode, entry: str) -> None:
        if self._is_asked:
            self.lines.append(EntryReport(key.line, printable_name(entry), Outcome.TAKEN, 0))
        else:
            self._reject(key, entry, message("profile_not_asked"))

    def _reject(self, key: ScalarNode, entry: str, reason: Reason) -> None:
        self.lines.append(
            EntryReport(key.line, printable_name(entry), Outcome.LEFT_OUT, 0, reason=reason)
        )


def _split_or_none(node: Node | None) -> list[tuple[str, tuple[ScalarNode, Node]]]:
    return list(_split(node).items()) if node is not None else []


def _text(node: Node) -> str:
    return node.text if isinstance(node, ScalarNode) and not node.is_null else ""
