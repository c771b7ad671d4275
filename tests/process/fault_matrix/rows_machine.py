"""Rows D01 to D08, C01 to C03 and H01 to H08: the disk, the clock, hostile content and callers."""

from __future__ import annotations

from tests.process.fault_matrix import processes
from tests.process.fault_matrix.row import WITHOUT, Row, tests

MEXC, SERVICES, STORE = "unit/exchange/mexc", "unit/services", "unit/store"
NO_SEQUENCE = "test_no_hostile_string_writes_a_control_sequence_acts_or_breaks_anything"

DISK = (
    Row(
        "D01",
        "disk full before, in a commit, in a checkpoint",
        "a database that runs out of pages",
        "refused, nothing sent, works again with space",
        proofs=tests(f"{STORE}/test_writer", "test_a_full_disk_refuses_the_change_and_works_again_with_space")
        + tests(f"{STORE}/test_session", "test_a_full_disk_is_tried_again")
        + tests(f"{STORE}/test_disk_trouble", "test_a_full_disk_refuses_all_that_waited_and_gives_the_reserve_up")
        + tests(
            f"{SERVICES}/test_journal_health",
            "test_on_a_full_disk_cancels_and_executions_go_on_and_are_written_down_once_there_is_room",
        )
        + tests(f"{SERVICES}/test_upkeep", "test_little_space_is_said_once_and_so_is_its_end")
        + tests(f"{SERVICES}/test_placing", "test_a_failed_commit_sends_nothing_and_releases_the_reservation"),
    ),
    Row(
        "D02",
        "I/O error on write, sync, read",
        "a database that fails so",
        "not trusted again; HALTED",
        proofs=tests(f"{STORE}/test_session", "test_a_disk_that_failed_is_not_trusted_again")
        + tests(
            f"{STORE}/test_disk_trouble",
            "test_after_a_failed_sync_or_write_nothing_is_written_until_it_was_opened_anew",
            "test_a_disk_that_fails_is_opened_again_and_looked_at",
        )
        + tests(f"{SERVICES}/test_upkeep", "test_a_disk_that_failed_is_said_and_closes_the_gate"),
    ),
    Row(
        "D03",
        "power cut at any write",
        "a simulated disk that forgets what was not synced",
        "nothing acknowledged is lost",
        proofs=tests(
            "property/test_power_cuts",
            "test_a_power_cut_takes_nothing_that_was_acknowledged",
            "test_without_a_sync_for_each_commit_the_same_cuts_lose_some",
        ),
    ),
    Row(
        "D04",
        "bit flip in the database",
        "bits are flipped and lines edited in the file",
        "found by the chain",
        proofs=tests(
            f"{STORE}/test_journal",
            "test_a_bit_flipped_on_the_disk_is_found",
            "test_an_edit_or_a_gap_is_found_and_named",
        )
        + tests("property/test_bit_flips", "test_five_hundred_flips_leave_nothing_changed_in_silence"),
    ),
    Row(
        "D05",
        "older copy of the database put back while orders live",
        "the file is replaced between kill and start",
        "own orders that no line knows: HALTED, both shown",
        processes.d05,
        no_kill="the file can only be replaced once the desk is dead: every play has the kill in it",
        proofs=tests(f"{SERVICES}/test_ingest", "test_an_unknown_order_with_our_prefix_halts_the_desk_and_says_so")
        + tests(f"{STORE}/test_copies", "test_an_older_copy_put_in_place_opens_and_says_what_it_lacks"),
    ),
    Row(
        "D06",
        "links, wrong modes, wrong owner, a file system without a log",
        "files and folders made so",
        "refused with the remedy",
        proofs=tests(
            f"{STORE}/test_opening",
            "test_a_file_open_to_others_is_refused_with_the_remedy",
            "test_a_link_is_refused",
            "test_a_file_system_without_a_log_is_refused",
        )
        + tests(
            "unit/test_paths",
            "test_a_folder_that_others_may_enter_is_refused_with_the_remedy",
            "test_somebody_elses_folder_is_refused",
        ),
    ),
    Row(
        "D07",
        "another process opens the database",
        "a second opener in another process",
        "refused",
        proofs=tests(f"{STORE}/test_opening", "test_a_second_opener_in_another_process_is_refused"),
    ),
    Row(
        "D08",
        "journal of 5 GB, a million orders",
        "python -m tests.benchmarks.records --orders N measures any size",
        "starts in seconds, pages and totals are bounded",
        reason="5 GB and a million orders take minutes to write: the suite checks small ones, the benchmark large ones",
        proofs=tests("property/test_store_paging", "test_pages_agree_with_a_plain_list"),
    ),
)

CLOCK = (
    Row(
        "C01",
        "wall clock steps by an hour, is slewed, leaps",
        "virtual clocks whose wall is moved",
        "ages by monotonic seconds, time signed by the venue's clock, days by UTC",
        proofs=tests(
            f"{MEXC}/test_server_clock",
            "test_a_step_of_the_wall_clock_does_not_move_the_estimate_and_asks_for_a_reading",
        )
        + tests(f"{SERVICES}/test_time_watch", "test_a_gap_is_said_in_words")
        + tests(f"{SERVICES}/test_account", "test_the_day_counts_from_its_first_sample_even_after_a_restart"),
    ),
    Row(
        "C02",
        "clocks drift 200 ppm for a day",
        "a venue on a virtual clock that drifts so",
        "read anew every 5 min, error within its bound; a loose or old reading opens nothing",
        proofs=tests(f"{MEXC}/test_server_clock", "test_a_clock_that_drifts_for_a_day_stays_within_its_bound")
        + tests("unit/rules/test_checks", "test_nothing_is_opened_by_a_clock_that_is_unknown_loose_or_old"),
    ),
    Row(
        "C03",
        "system date 1970 or 2099",
        "a reading of the venue's clock that is decades away",
        "nothing is opened, and the machine's clock is named",
        proofs=tests("unit/rules/test_checks", "test_nothing_is_opened_by_a_clock_that_is_unknown_loose_or_old"),
    ),
)

HOSTILE = (
    Row(
        "H01",
        "control sequences in foreign text",
        "a corpus against the decoder, the panels and a real terminal, whose every byte is read",
        "none reaches the screen",
        proofs=tests("process/test_hostile", NO_SEQUENCE, "test_each_way_to_reach_a_terminal_is_noticed")
        + tests("unit/domain/test_values", "test_foreign_text_is_made_harmless", "test_foreign_text_is_bounded")
        + tests("console/test_faces", "test_hostile_text_stays_text_in_every_panel"),
    ),
    Row(
        "H02",
        "markup in foreign text",
        "a corpus in every panel and in a real terminal",
        "literal text, no action, no crash",
        proofs=tests("process/test_hostile", NO_SEQUENCE)
        + tests("console/test_faces", "test_hostile_text_stays_text_in_every_panel"),
    ),
    Row(
        "H03",
        "bidi, zero width, look-alikes, combining marks",
        "a corpus against the decoder",
        "stripped or escaped",
        proofs=tests("process/test_hostile", "test_a_cleaned_string_is_one_short_line_of_what_can_be_seen")
        + tests("unit/domain/test_values", "test_foreign_text_is_made_harmless")
        + tests(f"{MEXC}/test_market_calls", "test_foreign_text_is_cleaned"),
    ),
    Row(
        "H04",
        "huge, deep and broken JSON",
        "a corpus of bodies over respx and raw sockets",
        "bounded, no crash",
        proofs=tests(
            f"{MEXC}/test_market_calls",
            "test_odd_answers_are_unavailable_never_a_crash",
            "test_an_answer_larger_than_any_is_not_read_to_its_end",
        )
        + tests(f"{MEXC}/test_order_calls", "test_an_answer_longer_than_any_is_unknown"),
    ),
    Row(
        "H05",
        "path, query and log injection",
        "hostile names and lines",
        "encoded, escaped, refused",
        proofs=tests("unit/test_logs", "test_control_characters_can_not_forge_a_line")
        + tests(f"{MEXC}/test_lane", "test_a_target_that_would_bend_the_request_is_not_written")
        + tests("unit/test_paths", "test_a_profile_that_can_not_be_a_folder_is_refused"),
    ),
    Row(
        "H06",
        "export that a spreadsheet runs",
        "rows copied to the clipboard",
        "quoted",
        proofs=tests(
            "process/test_hostile",
            "test_what_a_spreadsheet_would_run_is_quoted_on_the_clipboard_and_figures_are_not",
        ),
        reason="there is no CSV: lists go out as text and as JSON",
    ),
    Row(
        "H07",
        "web page: forms, origins, rebinding, sockets",
        "raw HTTP to the desk's own port",
        "401, 403, 421 or 404, nothing changed",
        processes.h07,
        ci=WITHOUT,
        proofs=tests("api/test_guard", "test_strangers_and_web_pages_are_refused"),
        reason="no browser is at hand: what one would send is written by hand",
    ),
    Row(
        "H08",
        "another local user at the socket",
        "a process that gives up its rights knocks, with the folders shut and open",
        "kept out by the folder, and by who he is",
        processes.h08 if processes.IS_ROOT else None,
        proofs=tests("api/test_guard", "test_the_socket_is_for_its_owner_only", "test_the_peer_of_a_socket_pair_is_us"),
        reason="" if processes.IS_ROOT else "only root can be another user for a moment, and this run is not root's",
    ),
)
