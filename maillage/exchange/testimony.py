"""Two chains that anchor each other, compared: what one wrote down of the other's signed heads must be there.

Numbers and hashes are compared whole. Two different hashes for one line of one chain, both under its keeper's
signature, are a fork: no honest keeper signs them. `write_proof` puts them in a file for others.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import dropwhile
from pathlib import Path

from maillage.base.i18n import _
from maillage.exchange.chain import ANCHORING, Link
from maillage.exchange.envelope import Signers, open_head
from maillage.exchange.errors import ChainError, EnvelopeError
from maillage.exchange.export import Export
from maillage.exchange.head import LedgerHead

SIGNED_HEAD = "signed_head"
"""The field of a line's facts that holds the other's signed head, whole."""
Links = Callable[[], Iterable[Link]]
"""A chain that can be read more than once."""


def describe_head(head: LedgerHead, envelope: bytes) -> dict[str, object]:
    """What a line keeps of the other's head: for people, then the proof."""
    return {
        "name": head.name,
        "sequence": head.sequence,
        "hash": head.hash,
        SIGNED_HEAD: envelope.decode(),
    }


def read_head(link: Link, *, signers: Signers) -> tuple[LedgerHead, bytes]:
    """The signed head that a line keeps, and its envelope. Raises ChainError."""
    facts = link.facts
    envelope = str(facts.get(SIGNED_HEAD, "")).encode()
    try:
        head = open_head(envelope, signers=signers).message
    except EnvelopeError as error:
        raise _not_theirs(link.sequence, why=error.what) from error
    if describe_head(head, envelope) != facts:
        raise _not_theirs(link.sequence, why=_("La ligne n’en dit pas la même chose."))
    return head, envelope


@dataclass(frozen=True)
class Claim:
    """A signed word about one line: its hash, the envelope that says so, the line that keeps the envelope."""

    hash: str
    envelope: bytes
    kept_at: int


Claims = dict[int, Claim]
"""By the number of the line that they speak of."""


@dataclass(frozen=True)
class Fork:
    """Two signed words about line `sequence` that cannot both be true."""

    name: str
    sequence: int
    first: bytes
    second: bytes
    export: Export | None = None
    """Where the second is a manifest: the lines that lead from `sequence` to what it signs."""


class ForkError(ChainError):
    """The keeper of a chain signed two different pasts; `fork` proves it."""

    def __init__(self, fork: Fork, *, why: str) -> None:
        super().__init__(
            _("{name} a signé deux registres différents : la ligne {sequence} n’est pas la même.").format(
                name=fork.name, sequence=fork.sequence
            ),
            why=why,
            remedy=_("Gardez la preuve (--proof FICHIER) et portez-la au groupement."),
            sequence=fork.sequence,
        )
        self.fork = fork


@dataclass
class Witness:
    """What a chain says of another: `add` each of its lines. `signers` are the keys of the other's keeper.

    An empty `about` takes the heads of whoever has these keys.
    """

    about: str
    signers: Signers
    claims: Claims = field(default_factory=dict[int, Claim])

    def add(self, link: Link) -> None:
        """Take the signed head that a line may hold. Raises ForkError, or ChainError for a bad signature."""
        if link.event not in ANCHORING or self.about not in ("", link.facts.get("name")):
            return
        head, envelope = read_head(link, signers=self.signers)
        for sequence, value in head.claims.items():
            claim = Claim(value, envelope, link.sequence)
            known = self.claims.setdefault(sequence, claim)
            if known.hash != value:
                raise _forked(head.name, sequence, known, claim)

    def check(self, link: Link) -> None:
        """What was claimed of this line of the other chain. Raises RewrittenError."""
        claim = self.claims.get(link.sequence)
        if claim is not None and claim.hash != link.hash:
            raise RewrittenError(claim, sequence=link.sequence)

    @property
    def furthest(self) -> int:
        """The last line that it knows of; 0 when it knows nothing."""
        return max(self.claims, default=0)


class RewrittenError(ChainError):
    """A line is not the one that its keeper once signed."""

    def __init__(self, claim: Claim, *, sequence: int) -> None:
        super().__init__(
            _("Le registre a été réécrit à la ligne {sequence}.").format(sequence=sequence),
            why=_(
                "Sa tête signée, gardée à la ligne {kept} de l’autre registre, dit une autre empreinte."
            ).format(kept=claim.kept_at),
            remedy=_("Comparez avec une sauvegarde ; prévenez le groupement."),
            sequence=sequence,
        )
        self.claim = claim


class CutError(ChainError):
    """Lines are missing that the keeper once signed."""


@dataclass(frozen=True)
class Comparison:
    """What was compared and agrees: heads of theirs that we hold, heads of ours that they hold."""

    theirs: int
    ours: int


def compare_peers(links: Links, *, name: str, signers: Signers, export: Export) -> Comparison:
    """One's own chain, called `name` and signed by `signers`, beside the export of the other.

    The chain is read twice, once for each direction. Raises ForkError when the other contradicts its own
    signed heads, RewrittenError or CutError when our own chain is not what the other holds of it.
    """
    theirs = Witness(export.name, {export.key.fingerprint: export.key})
    for link in links():
        theirs.add(link)
    ours = Witness(name, signers)
    _read_theirs(export, theirs=theirs, ours=ours)
    count = 0
    for link in links():
        ours.check(link)
        count = link.sequence
    check_reaches(count, ours)
    compared = sum(1 for sequence in theirs.claims if _covers(export, sequence))
    return Comparison(compared, len(ours.claims))


def _read_theirs(export: Export, *, theirs: Witness, ours: Witness) -> None:
    manifest = export.manifest
    for sequence, value in manifest.claims.items():
        claim = theirs.claims.get(sequence)
        if claim is not None and claim.hash != value:
            raise ForkError(
                Fork(export.name, sequence, claim.envelope, export.envelope), why=_two_signatures()
            )
    for link in export.links():
        ours.add(link)
        try:
            theirs.check(link)
        except RewrittenError as error:
            fork = Fork(export.name, link.sequence, error.claim.envelope, export.envelope, export)
            raise ForkError(fork, why=_two_signatures()) from error
    if theirs.furthest > manifest.head.sequence:
        raise _cut(export.name, count=manifest.head.sequence, known=theirs.furthest)


def check_reaches(count: int, witness: Witness) -> None:
    """Raises CutError when the chain is shorter than its own signed heads."""
    if witness.furthest > count:
        raise _cut(witness.about, count=count, known=witness.furthest)


def compare_witnesses(links: Iterable[Link], *, signers: Signers, export: Export) -> int:
    """What two members hold of the same hub: how many lines both speak of. Raises ForkError."""
    mine, other = Witness("", signers), Witness("", signers)
    for link in links:
        mine.add(link)
    for link in export.links():
        other.add(link)
    common = sorted(mine.claims.keys() & other.claims.keys())
    for sequence in common:
        if mine.claims[sequence].hash != other.claims[sequence].hash:
            name = read_name(mine.claims[sequence].envelope, signers=signers)
            raise _forked(name, sequence, mine.claims[sequence], other.claims[sequence])
    return len(common)


def read_name(envelope: bytes, *, signers: Signers) -> str:
    """Whose head it is."""
    return open_head(envelope, signers=signers).message.name


def write_proof(path: Path, fork: Fork) -> None:
    """The two envelopes, a row each; then the lines that lead from the one to the other, if it takes any."""
    with path.open("wb") as file:
        file.write(fork.first + b"\n" + fork.second + b"\n")
        for link in _linking(fork):
            file.write(link.data + b"\n")


def _linking(fork: Fork) -> Iterator[Link]:
    links = () if fork.export is None else fork.export.links()
    yield from dropwhile(lambda link: link.sequence < fork.sequence, links)


def _covers(export: Export, sequence: int) -> bool:
    return export.manifest.first <= sequence <= export.manifest.last


def _not_theirs(line: int, *, why: str) -> ChainError:
    return ChainError(
        _("La tête signée que garde la ligne {line} n’est pas de qui on l’attend.").format(line=line),
        why=why,
        remedy=_("Si la clé de l’autre a changé, vérifiez avec celle de ce moment-là."),
        sequence=line,
    )


def _forked(name: str, sequence: int, first: Claim, second: Claim) -> ForkError:
    return ForkError(Fork(name, sequence, first.envelope, second.envelope), why=_two_signatures())


def _two_signatures() -> str:
    return _("Deux signatures de la même clé couvrent des contenus différents.")


def _cut(name: str, *, count: int, known: int) -> CutError:
    return CutError(
        _("La fin du registre de {name} manque.").format(name=name),
        why=_("Il a {count} lignes ; sa propre tête signée en compte {known}.").format(
            count=count, known=known
        ),
        remedy=_("Comparez avec une sauvegarde ; prévenez le groupement."),
        sequence=count + 1,
    )
