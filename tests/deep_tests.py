"""Tests that take long and whose kind others of their module hold: they run with the deep ones."""

from __future__ import annotations

from typing import Final

DEEP: Final[dict[str, tuple[str, ...]]] = {
    "tests/web/test_unknown_people.py": (
        "test_rows_of_each_upload_count_not_only_the_stored_ones",
        "test_merged_number_is_no_stranger_in_the_next_upload",
        "test_merging_moves_statements_and_separating_moves_them_back",
        "test_person_of_its_own_and_later",
        "test_rows_of_one_upload_under_both_numbers_all_count",
        "test_undoing_an_upload_after_a_merge_leaves_the_rest",
    ),
    "tests/web/test_rulebooks.py": (
        "test_later_decision_for_the_same_day_counts",
        "test_comparison_shows_what_moves",
        "test_each_day_is_scored_with_its_effective_book",
    ),
    "tests/web/test_previous_choices.py": (
        "test_repaired_row_of_the_second_of_two_carers_adds_to_the_first",
        "test_a_workbook_repaired_twice_refers_to_the_first_upload",
        "test_workbook_is_uploaded_alone",
        "test_repaired_row_removes_no_row_of_another_upload",
        "test_a_workbook_without_reference_only_adds",
    ),
    "tests/web/test_relief.py": (
        "test_a_complete_roster_removes_the_duties_it_does_not_have",
        "test_the_same_roster_twice_adds_nothing_and_the_newer_one_counts_for_its_days",
        "test_a_level_stated_later_counts_for_the_days_on_shift",
        "test_duties_of_merged_person_numbers_are_joined",
        "test_unproven_plan_drops_its_days_but_not_the_upload",
    ),
    "tests/web/test_refold.py": (
        "test_earlier_months_are_rated_again_and_the_report_says_why",
        "test_act_that_counted_as_corrected_counts_again",
        "test_complete_for_a_ward_means_who_lived_there_on_the_day",
        "test_uploads_know_their_days_afterwards",
        "test_home_whose_uploads_were_not_stored_does_not_change",
        "test_older_rule_without_pairing_still_pairs_nothing",
    ),
    "tests/web/keys/test_rotation.py": (
        "test_pages_and_uploads_work_while_keys_change",
        "test_an_unknown_key_of_the_vault_makes_nobody_a_second_person",
        "test_values_of_before_key_ids_open_and_are_sealed_anew",
    ),
    "tests/web/test_undo.py": (
        "test_contradicting_rows_can_be_stored_as_additional_ones",
        "test_two_users_storing_and_taking_back_at_once",
        "test_preview_shows_the_later_numbers_and_stores_nothing",
    ),
    "tests/web/backup/test_restore.py": (
        "test_names_that_do_not_open_keep_the_installation_closed",
        "test_uploads_whose_files_are_gone_are_discarded_and_half_read_ones_read_again",
    ),
    "tests/web/backup/test_backup.py": ("test_the_vault_of_a_backup_knows_everybody_its_work_database_mentions",),
    "tests/web/test_nothing_left.py": (
        "test_what_another_upload_names_stays",
        "test_taken_back_and_stored_again",
    ),
    "tests/web/test_terms.py": ("test_newest_upload_determines_the_weight",),
    "tests/web/test_serving.py": ("test_memory_of_pages_and_worker_is_limited",),
    "tests/web/test_other_home.py": (
        "test_a_file_of_this_home_raises_no_doubt",
        "test_employees_count_as_well",
    ),
    "tests/web/test_questions.py": (
        "test_a_column_chosen_again_is_released_by_an_optional_field",
        "test_an_encoding_can_be_corrected",
    ),
    "tests/web/retention/test_periods.py": (
        "test_what_cannot_be_deleted_keeps_nothing_else",
        "test_texts_of_uploads_go_and_their_numbers_stay",
    ),
    "tests/web/test_staffing.py": ("test_newest_stored_upload_with_hours_counts",),
    "tests/web/test_foreign_files.py": ("test_own_and_official_files_are_read_without_questions",),
    "tests/web/test_content_questions.py": ("test_a_sure_sheet_is_read_together_with_an_answered_one_of_its_kind",),
    "tests/web/subjects/test_erasure.py": (
        "test_what_is_said_of_persons_outlives_an_upload",
        "test_merged_persons_go_together",
    ),
    "tests/web/contract_end/test_contract_end.py": (
        "test_a_copy_of_the_keys_that_is_out_of_reach_is_told",
        "test_it_takes_an_instruction_and_an_export",
    ),
    "tests/web/keys/test_destroyed.py": ("test_a_copy_that_could_not_be_replaced_is_told_and_brings_nothing_back",),
    "tests/web/test_without_vault.py": ("test_the_served_program_starts",),
    "tests/web/pages/test_upload_decision.py": ("test_uploads_are_numbered_within_their_home",),
    "tests/pebem/test_distribute.py": ("test_missing_scheduler_is_reported_without_waiting",),
    "tests/cli/test_start.py": ("test_without_a_browser_its_tests_are_skipped_except_in_ci",),
    "tests/cli/test_rules_command.py": ("test_the_effect_on_data_equals_two_analyses",),
    "tests/cli/test_import.py": ("test_all_or_nothing_leaves_a_faulty_file_out",),
    "tests/cli/test_printed_findings.py": ("test_import_writes_nothing_but_its_result_into_a_pipe",),
    "tests/tools/test_mutants.py": ("test_sample_prints_killed_and_surviving_mutants",),
}
"""Module -> names."""
