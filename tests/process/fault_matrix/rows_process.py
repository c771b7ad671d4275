"""Rows P01 to P12: the process."""

from __future__ import annotations

from tests.process.fault_matrix import processes
from tests.process.fault_matrix.row import WITH, WITHOUT, Row, tests

MEXC, SERVICES, STORE = "unit/exchange/mexc", "unit/services", "unit/store"

PROCESS = (
    Row(
        "P01",
        "SIGKILL at any moment, and at each crash point",
        "a loop of kills, and a kill at each crash point, against a venue with its own record",
        "nothing lost, doubled, orphaned or falsely dead",
        proofs=tests(
            "process/test_kill_loop",
            "test_no_kill_loses_doubles_or_forgets_an_order",
            "test_the_judge_sees_every_kind_of_harm",
        )
        + tests("process/test_crash_points", "test_a_kill_at_any_point_leaves_books_that_agree"),
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
        + tests("console/test_terminal", "test_a_closed_terminal_ends_the_console_within_a_second")
        + tests("process/test_rough_terminal", "test_a_detached_session_comes_back_with_the_same_truth"),
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
        + tests(
            "process/test_rough_terminal",
            "test_an_enter_that_bounces_at_the_question_sends_one_order",
            "test_enters_typed_on_before_the_question_hears_send_nothing",
            "test_a_paste_of_ten_thousand_characters_is_text_and_its_newlines_confirm_nothing",
            "test_storms_of_sizes_and_of_clicks_trade_nothing_and_leave_a_whole_screen",
            "test_a_terminal_without_utf_8_gets_ascii_and_no_escapes",
        )
        + tests("console/test_looks", "test_a_console_of_any_size_survives_being_resized")
        + tests("process/test_bad_input", "test_a_terminal_that_cannot_show_the_console_is_refused")
        + tests("unit/rules/test_checks", "test_the_same_order_twice"),
    ),
)
