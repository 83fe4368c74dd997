"""The tear sheet drawn beside the run: the same page, and nothing left behind."""

import pytest

from reports.tearsheet.process import TearsheetProcess, tearsheet_process
from reports.tearsheet.sheet import build_tearsheet
from tests.reports.stand_in import make_result


@pytest.fixture(scope="module")
def result():
    return make_result()


@pytest.fixture(scope="module")
def page(result):
    return build_tearsheet(result)


def test_the_page_is_that_of_this_process(result, page, monkeypatch):
    monkeypatch.setattr("reports.tearsheet.process._spare_core", lambda: True)
    with tearsheet_process() as sheet:
        sheet.begin(result)
        assert sheet.page() == page
        process = sheet._process
    assert process.poll() is not None


def test_a_process_that_dies_is_made_up_for(result, page, monkeypatch):
    monkeypatch.setattr("reports.tearsheet.process._spare_core", lambda: True)
    with tearsheet_process() as sheet:
        sheet._process.kill()
        sheet._process.wait()
        sheet.begin(result)
        assert sheet.page() == page


def test_the_process_ends_with_a_run_that_fails(monkeypatch):
    monkeypatch.setattr("reports.tearsheet.process._spare_core", lambda: True)
    with pytest.raises(RuntimeError), tearsheet_process() as sheet:
        raise RuntimeError
    assert sheet._process.poll() is not None


def test_without_a_spare_core_this_process_draws_the_page_itself(result, page, monkeypatch):
    monkeypatch.setattr("reports.tearsheet.process._spare_core", lambda: False)
    with tearsheet_process() as sheet:
        sheet.begin(result)
        assert sheet.page() == page
    with tearsheet_process(wanted=False) as sheet:
        assert sheet is None
    assert isinstance(TearsheetProcess(), TearsheetProcess)
