"""Figures reach pages, files and reports through one exit, which leaves out what is about too few employees."""

from __future__ import annotations

from tests.support.product import imported, modules

READERS = {
    "web.services.analysis.disclosure",
    "web.services.analysis.home_analysis",
    "web.services.analysis.results",
    "web.services.analysis.scoring",
    "web.services.analysis.demand",  # the need of residents: nobody who did it
    "web.services.analysis.plausibility",  # the same by Pflegegrad
    "web.services.analysis.relief",  # who was on shift, merged by small_groups
    "web.services.history.moved_shares",  # the preview of an upload, for whoever has its file
}
"""What may read the stored result; everything else asks ``results.load``."""


def test_figures_leave_the_store_by_one_exit() -> None:
    """D3: nothing else reads the stored result, whose cells are not hidden."""
    readers = {
        name
        for name, path in modules().items()
        if name.startswith("web.")
        and not name.startswith("web.store.")
        and any(to.startswith("web.store.result") for to in imported(name, path))
    }
    assert readers == READERS


def test_pages_and_reports_score_nothing_themselves() -> None:
    """D3: an aggregate hides nothing, so no page makes one; ``fit.json`` and its workbook are the home's own files."""
    own_files = {"web.reports.fit_json", "web.reports.fit_xlsx"}
    makers = {
        name
        for name, path in modules().items()
        if name.startswith(("web.views", "web.reports"))
        and any(to.startswith(("pebem.score", "pebem.aggregate", "pebem.contributions")) for to in imported(name, path))
    }
    assert makers <= own_files
