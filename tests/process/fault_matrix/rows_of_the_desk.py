"""Rows P, D, C and H: the process, its disk, its clock, and hostile content."""

from __future__ import annotations

from tests.process.fault_matrix import processes
from tests.process.fault_matrix.row import WITH, WITHOUT, Row, tests

MEXC, SERVICES, STORE = "unit/exchange/mexc", "unit/services", "unit/store"

PROCESS = (
    Row(
        "P01",
        "SIGKILL at any moment, and at each crash point",
        "a loop of kills against a venue with its own record",
        "nothing lost, doubled, orphaned or falsely dead",
        proofs=tests(
            "process/test_kill_loop",
            "test_no_kill_loses_doubles_or_forgets_an_order",
            "test_the_judge_sees_every_kind_of_harm",
        ),
    ),
    Row(
        "P02",
        "SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGPIPE",
        "sent to a desk with a resting order",
        "an orderly end within 5 s or none; orders rest, books kept",
        processes.p02,
        no_kill="each signal already ends and restarts the desk",
    ),
    Row(
        "P03",
        "terminal closed, line dropped",
        "a pseudo-terminal is closed under a console",
        "the desk goes on; the console ends at once",
        proofs=tests("process/test_sudden_ends", "test_a_hang_up_ends_the_console_within_a_moment_and_leaves_the_desk")
        + tests("console/test_terminal", "test_a_closed_terminal_ends_the_console_within_a_second"),
    ),
    Row(
        "P04",
        "machine stops for seconds with an order waiting",
        "SIGSTOP and SIGCONT of the desk, both lanes busy",
        "the late order NOT_SENT, everything compared",
        processes.p04,
        ci=WITHOUT,
    ),
    Row(
        "P05",
        "laptop sleeps for hours between commit and send",
        "virtual clocks whose wall jumps and whose seconds do not",
        "nothing sent on waking; clock, connections and books anew",
        proofs=tests(f"{SERVICES}/test_placing", "test_a_decision_that_is_too_old_is_not_sent")
        + tests(f"{MEXC}/test_order_calls", "test_a_sleep_of_the_machine_makes_the_clock_be_read_again")
        + tests(f"{MEXC}/test_lane", "test_connections_from_before_a_sleep_of_the_machine_are_not_trusted")
        + tests(f"{MEXC}/test_streams", "test_after_a_sleep_of_the_machine_the_connection_is_replaced")
        + tests(f"{SERVICES}/test_time_watch", "test_a_gap_has_everything_compared"),
    ),
    Row(
        "P06",
        "no more files may be opened",
        "the desk's own limit is lowered while it runs, and raised again",
        "nothing sent, no crash, recovers",
        processes.p06,
        reason="the kernel's out-of-memory kill is a SIGKILL: P01; a thread that cannot start needs a user of its own",
    ),
    Row(
        "P07",
        "event loop blocked",
        "a loop blocked under its watchdog; a decision grown old",
        "said with its stack; the old order not sent",
        proofs=tests("unit/desk/test_watchdog", "test_a_blocked_loop_is_said_with_its_stack")
        + tests(f"{SERVICES}/test_placing", "test_a_decision_that_is_too_old_is_not_sent"),
    ),
    Row(
        "P08",
        "unhandled exception in background work",
        "work that fails, fails again and again, or returns",
        "started again and said; the gate closes where it is vital",
        proofs=tests(
            f"{SERVICES}/test_tasks",
            "test_work_that_dies_is_started_again_with_growing_pauses_and_said_aloud",
            "test_vital_work_that_fails_again_and_again_is_told_to_whoever_can_act",
            "test_work_that_is_for_ever_and_returns_is_started_again_and_said_aloud",
        ),
    ),
    Row(
        "P09",
        "two desks; a stale lock; a number used again",
        "a second desk in the same folder, a kill, a foreign number",
        "the second refuses in one sentence; the stale lock is free",
        processes.p09,
        ci=WITH,
        proofs=tests("unit/test_lock", "test_the_kernel_frees_the_lock_of_a_killed_process"),
    ),
    Row(
        "P10",
        "upgrade mid-flight, downgrade, migration killed",
        "older, newer and broken schemas",
        "a backup before each step; a newer schema is refused",
        proofs=tests(
            f"{STORE}/test_upgrades",
            "test_an_older_schema_is_upgraded_step_by_step_with_a_backup_before_each",
            "test_a_failing_step_leaves_the_step_before_it",
        )
        + tests(f"{STORE}/test_opening", "test_a_newer_schema_is_refused_and_left_alone"),
    ),
    Row(
        "P11",
        "caller gone between confirm and result",
        "the caller hangs up before the answer",
        "the same intent shows the same order, one POST",
        processes.p11,
        ci=WITHOUT,
    ),
    Row(
        "P12",
        "key bounce, paste, resize storm, dumb terminal",
        "keys, pastes and sizes against the console",
        "no extra order, no crash",
        proofs=tests(
            "console/test_placing",
            "test_keys_within_300_ms_of_a_question_are_not_heard",
            "test_a_line_that_comes_in_one_burst_is_typed_and_never_acted_upon",
            "test_a_pasted_line_with_a_newline_is_shown_and_waits",
            "test_a_paste_into_a_question_does_not_answer_it",
        )
        + tests("console/test_looks", "test_a_console_of_any_size_survives_being_resized")
        + tests("process/test_bad_input", "test_a_terminal_that_cannot_show_the_console_is_refused")
        + tests("unit/rules/test_checks", "test_the_same_order_twice"),
    ),
)

DISK = (
    Row(
        "D01",
        "disk full before, in a commit, in a checkpoint",
        "a database that runs out of pages",
        "refused, nothing sent, works again with space",
        proofs=tests(f"{STORE}/test_writer", "test_a_full_disk_refuses_the_change_and_works_again_with_space")
        + tests(f"{STORE}/test_session", "test_a_full_disk_is_tried_again")
        + tests(f"{SERVICES}/test_placing", "test_a_failed_commit_sends_nothing_and_releases_the_reservation"),
    ),
    Row(
        "D02",
        "I/O error on write, sync, read",
        "a database that fails so",
        "not trusted again; HALTED",
        proofs=tests(f"{STORE}/test_session", "test_a_disk_that_failed_is_not_trusted_again"),
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
        ),
    ),
    Row(
        "D05",
        "older copy of the database put back while orders live",
        "the file is replaced between kill and start",
        "own orders that no line knows: HALTED, both shown",
        processes.d05,
        no_kill="the file can only be replaced once the desk is dead: every play has the kill in it",
        proofs=tests(f"{SERVICES}/test_ingest", "test_an_unknown_order_with_our_prefix_halts_the_desk_and_says_so"),
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
        "",
        "starts within 2 s, archive rotates",
        reason="writing 5 GB takes minutes and more disk than a test may ask for; "
        "reads are bounded by keyset pages and totals by counters, which the suite checks at small size",
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
        "a corpus against the decoder and the panels",
        "none reaches the screen",
        proofs=tests("unit/domain/test_values", "test_foreign_text_is_made_harmless", "test_foreign_text_is_bounded")
        + tests("console/test_faces", "test_hostile_text_stays_text_in_every_panel"),
    ),
    Row(
        "H02",
        "markup in foreign text",
        "a corpus in every panel",
        "literal text, no action, no crash",
        proofs=tests("console/test_faces", "test_hostile_text_stays_text_in_every_panel"),
    ),
    Row(
        "H03",
        "bidi, zero width, look-alikes, combining marks",
        "a corpus against the decoder",
        "stripped or escaped",
        proofs=tests("unit/domain/test_values", "test_foreign_text_is_made_harmless")
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
        "",
        "quoted",
        reason="this version writes no CSV and nothing to the clipboard: lists go out as text and as JSON",
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
