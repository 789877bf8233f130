"""R12: every route as every role and as another region's people, and a look written down for every answer that shows a case."""

import time
from collections.abc import Sequence

from tests.access_cells import PEOPLE, Cells, of_looks, of_role, of_strangers
from tests.chaos.results import Result
from tests.load.alone import an_office
from workflows.states import Role


def run(seed: int, roles: Sequence[Role] = PEOPLE) -> Result:
    """All cells of these roles; nothing of it is left to chance."""
    began, asked = time.monotonic(), dict[str, Cells]()
    for role in roles:
        with an_office() as office:
            asked[role.value] = of_role(office, role, office.open())
    with an_office() as office:
        asked["another region"] = of_strangers(office, office.to_letter())
    with an_office() as office:
        asked["looks"] = of_looks(office, office.to_letter())
    number = sum(cells.number for cells in asked.values())
    wrong = tuple(" ".join(map(str, one)) for cells in asked.values() for one in cells.deviations)
    about = f"{number:,} cells of role, route and region: each answered as the table says, every look at a case written down"
    figures = {name: cells.number for name, cells in asked.items()}
    return Result("R12", about, number, wrong, seed, f"make chaos ARGS='R12 --seed {seed}'", time.monotonic() - began, figures)
