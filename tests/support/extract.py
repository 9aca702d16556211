"""A small French hospital's extract: Windows-1252, semicolons, decimal commas, days before months.

Who is in the cohort of ischaemic strokes imaged and not thrombolysed is known by hand: P1 and P6. P2 had
alteplase, P3 no imaging, P4 was 10 years old, P5 had an unspecified stroke (I64).
"""

from collections.abc import Mapping
from pathlib import Path

from maillage.cli.main import run
from maillage.warehouse.synthetic.vocabulary import read_ancestry, read_vocabulary
from tests.support.omop import write_folder

STROKES = ["P1", "P6"]

FILES: Mapping[str, str] = {
    "patients.csv": """IPP;NOM;SEXE;DATE_NAISSANCE;DATE_DECES
P1;Lefèvre;M;12/03/1950;
P2;Noël;F;01/11/1962;24/12/2024
P3;Çelik;F;30/06/1971;
P4;Müller;M;05/05/2014;
P5;Garçon;M;17/07/1948;
P6;D’Œuvre;F;28/02/1939;
""",
    "sejours.csv": """NUM_SEJOUR;IPP;DATE_ENTREE;DATE_SORTIE
S1;P1;03/01/2024 10:15;09/01/2024 11:00
S2;P2;20/02/2024 08:00;24/02/2024 18:30
S3;P3;14/03/2024 09:30;20/03/2024 10:00
S4;P4;14/03/2024 09:30;20/03/2024 10:00
S5;P5;01/04/2024 23:50;11/04/2024 10:00
S6;P6;02/05/2024 07:10;30/05/2024 16:45
""",
    "diagnostics.csv": """NUM_SEJOUR;CODE_CIM10;TYPE
S1;I63.9;DP
S1;E11.9;DAS
S2;I639;DP
S3;I63.4;DP
S4;I63.9;DP
S5;I64;DP
S6;I635;DP
""",
    "actes.csv": """NUM_SEJOUR;CODE_CCAM;DATE_ACTE
S1;ACQK001;03/01/2024
S2;ACQN001;20/02/2024
S4;ACQK001;14/03/2024
S5;ACQK001;02/04/2024
S6;ACQN001;01/05/2024
""",
    "medicaments.csv": """NUM_SEJOUR;CODE_ATC;DATE_ADMINISTRATION
S1;B01AC06;04/01/2024
S2;B01AD02;20/02/2024
S3;B01AC06;15/03/2024
S5;B01AC06;02/04/2024
S6;B01AC06;03/05/2024
""",
    "labo.csv": """IPP;CODE_LOINC;LIBELLE_ANALYSE;DATE_PRELEVEMENT;RESULTAT;UNITE
P1;4548-4;HbA1c (glyquée);04/01/2024;8,5;%
P2;2160-0;Créatinine;20/02/2024;<0,5;mg/dL
P3;2160-0;Créatinine;14/03/2024;0,9;mg/dL
P4;4548-4;HbA1c (glyquée);14/03/2024;5,1;%
P6;2160-0;Créatinine;03/05/2024;1,2;mg/dL
""",
}


def write_extract(folder: Path, files: Mapping[str, str] = FILES) -> Path:
    """The files, as the hospital writes them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode("windows-1252"))
    return folder


def suggest(folder: Path, *, to: Path) -> Path:
    """The mapping that Maillage proposes for the extract."""
    files = [str(path) for path in sorted(folder.glob("*.csv"))]
    assert run(["warehouse", "map", "--suggest", *files, "--to", str(to)]) == 0
    return to


def load(mapping: Path, folder: Path, target: Path, *options: str) -> int:
    """The exit code of a load as the batch `extract`."""
    arguments = ["--from", str(folder), "--to", str(target), "--batch", "extract", *options]
    return run(["warehouse", "load-tables", str(mapping), *arguments])


def load_vocabulary(folder: Path, target: Path) -> None:
    """The package's own vocabulary as a batch."""
    concepts = [
        {
            "concept_id": one.id,
            "concept_code": one.code,
            "vocabulary_id": one.vocabulary,
            "standard_concept": one.standard,
            "domain_id": one.domain,
            "concept_name": one.name,
            "invalid_reason": "",
        }
        for one in read_vocabulary().concepts
    ]
    ancestors = [
        {
            "ancestor_concept_id": one.ancestor,
            "descendant_concept_id": one.descendant,
            "min_levels_of_separation": one.least_levels,
            "max_levels_of_separation": one.most_levels,
        }
        for one in read_ancestry()
    ]
    source = write_folder(folder, {"concept": concepts, "concept_ancestor": ancestors})
    assert run(["warehouse", "load", str(source), "--to", str(target), "--batch", "vocabulary"]) == 0
