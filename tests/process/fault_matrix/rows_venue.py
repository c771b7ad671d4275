"""Rows V01 to V26: what the exchange answers and pushes."""

from __future__ import annotations

from tests.process.fault_matrix import answers, streams
from tests.process.fault_matrix.row import BOTH, WITH, WITHOUT, Row, tests

MEXC, SERVICES = "unit/exchange/mexc", "unit/services"

ANSWERS = (
    Row(
        "V01",
        "429 with Retry-After on POST, GET, DELETE",
        "the proxy answers so",
        "UNKNOWN and no second POST; reads wait, cancels go",
        answers.v01,
        proofs=tests("contract/test_faults_on_the_simulator", "test_a_rate_limit_keeps_the_time_that_the_venue_named"),
    ),
    Row(
        "V02",
        "418: address barred for a time",
        "the proxy answers everything with 418; three days on a virtual clock",
        "CANCEL_ONLY, says how long",
        answers.v02,
        proofs=tests(f"{MEXC}/test_troubles", "test_how_long_an_address_is_barred_is_said")
        + tests(f"{MEXC}/test_budget", "test_a_pause_of_the_venue_holds_everything_but_cancels"),
        reason="stops flagged «cannot act»: this version arms no stops",
    ),
    Row(
        "V03",
        "500, 503, 504, accepted",
        "the proxy answers in place of the venue",
        "UNKNOWN, adopted",
        answers.v03,
        ci=BOTH,
    ),
    Row(
        "V04",
        "500, 503, 504, not accepted",
        "the proxy answers, the venue never hears of it",
        "UNKNOWN, NOT_PLACED",
        answers.v04,
    ),
    Row(
        "V05",
        "unlisted code with 200 or 400 although placed",
        "the proxy answers in place of the venue",
        "UNKNOWN, adopted",
        answers.v05,
        ci=WITHOUT,
    ),
    Row(
        "V06",
        "200 without id, with another symbol or quantity",
        "the proxy rewrites the answer",
        "UNKNOWN and adopted; QUARANTINED and HALTED",
        answers.v06,
        ci=WITHOUT,
    ),
    Row(
        "V07",
        "duplicate client id: same order, none, another order",
        "the proxy answers so; the other is placed past the desk",
        "adopted; NOT_PLACED; QUARANTINED and HALTED",
        answers.v07,
    ),
    Row(
        "V08",
        "venue takes one client id twice",
        "the proxy delivers the order twice",
        "HALTED, both shown",
        answers.v08,
        ci=WITH,
    ),
    Row(
        "V09",
        "reads lag 30 s behind an acknowledged order",
        "the simulator answers look-ups as of 30 s ago, watched for 8 s",
        "stays LIVE, no flap",
        answers.v09,
        proofs=tests(f"{SERVICES}/test_outcomes", "test_an_order_that_reads_show_late_is_found"),
    ),
    Row(
        "V10",
        "open orders cut short; another account's number",
        "the proxy rewrites the list and the number",
        "nothing concluded; HALTED for the wrong account",
        answers.v10,
    ),
    Row(
        "V11",
        "fill before ack, out of order, five times, by other names",
        "the proxy holds the ack, multiplies pushes, renames rows",
        "sums exact, one row each",
        streams.v11,
        ci=WITHOUT,
    ),
    Row(
        "V12",
        "cancel races fill",
        "orders a hair above the market, cancelled at once; every interleaving in the model",
        "exact fills, the right end",
        answers.v12,
        ci=WITHOUT,
        proofs=tests("property/test_order_model", "test_no_order_is_lost_or_doubled_whatever_the_network_does"),
    ),
    Row(
        "V13",
        "cancel ack lies",
        "the proxy answers two cancels itself",
        "open until seen closed, cancel repeated",
        answers.v13,
        ci=WITH,
    ),
    Row(
        "V14",
        "a thousand fills of dust",
        "services over a venue twin",
        "exact, one row each",
        proofs=tests(f"{SERVICES}/test_long_absence", "test_a_thousand_small_executions_are_each_one_row_and_exact"),
    ),
    Row(
        "V15",
        "fill after the end; fill beyond the quantity",
        "the order table and the intake, over twins",
        "counted and marked; QUARANTINED",
        proofs=tests(
            "unit/rules/test_order_table",
            "test_more_than_ordered_is_kept_and_quarantined",
            "test_a_late_fill_the_venue_announced_is_no_contradiction",
            "test_news_of_an_ended_order",
        )
        + tests(f"{SERVICES}/test_ingest", "test_late_news_of_an_order_long_ended_find_it_in_the_store"),
    ),
    Row(
        "V16",
        "maintenance: every call 5xx",
        "the proxy answers everything with 503 until it is told; longer on a virtual clock",
        "CANCEL_ONLY, said",
        answers.v16,
        proofs=tests(
            f"{MEXC}/test_troubles", "test_nothing_but_server_errors_for_half_a_minute_is_a_venue_that_is_down"
        ),
        reason="the stop engine's «blind»: this version arms no stops",
    ),
    Row(
        "V17",
        "pair closed while an order rests",
        "the simulator closes the pair to the API",
        "refused; the resting order stays as it is",
        answers.v17,
        reason="a changed tick: the simulator's pairs keep theirs; an order off the tick is refused by the desk",
        proofs=tests("unit/rules/test_checks", "test_rules_of_the_pair_come_through"),
    ),
    Row(
        "V18",
        "unknown enum, new, missing, null or odd fields",
        "a corpus of answers over respx",
        "new fields pass, missing ones are an error, never left out",
        proofs=tests(
            f"{MEXC}/test_order_calls",
            "test_an_unreadable_order_row_is_an_error_and_never_left_out",
            "test_an_odd_echo_does_not_hide_that_the_order_was_taken",
            "test_the_venues_words_become_ours",
        )
        + tests(f"{MEXC}/test_market_calls", "test_odd_answers_are_unavailable_never_a_crash")
        + tests("unit/rules/test_order_table", "test_an_unknown_status_word_latches_and_changes_nothing"),
    ),
    Row(
        "V19",
        "pushes cut, flipped, random, with odd fields and times, 10 MiB",
        "the proxy mangles every push",
        "dropped and counted, never a crash, subscribed anew",
        streams.v19,
        ci=WITHOUT,
        proofs=tests(
            f"{MEXC}/test_streams", "test_unreadable_messages_are_counted_and_five_in_a_row_end_the_connection"
        ),
    ),
    Row(
        "V20",
        "book with gaps, crossed, negative, doubled levels",
        "the proxy spoils depth pushes",
        "read anew; never shown crossed",
        streams.v20,
        proofs=tests("unit/rules/test_checks", "test_without_a_good_price_nothing_is_bought"),
    ),
    Row(
        "V21",
        "price off by nine tenths for a moment",
        "the proxy rewrites pushed prices",
        "the collar refuses",
        streams.v21,
    ),
    Row(
        "V22",
        "lost balance push, airdrop, trade elsewhere, withdrawal",
        "the proxy drops balances; the account moves past the desk",
        "taken in, or a break that closes the gate until a person's word",
        streams.v22,
        tests(
            f"{SERVICES}/test_account_ledger",
            "test_a_deposit_whose_push_is_lost_closes_the_gate_and_a_word_accepts_it",
            "test_a_withdrawal_while_the_desk_was_down_is_found_at_the_start",
            "test_a_trade_made_on_the_website_is_counted",
        ),
    ),
    Row(
        "V23",
        "private stream silent though its socket lives",
        "the proxy drops private pushes; normal timing",
        "found and connected anew within 30 s",
        streams.v23,
    ),
    Row(
        "V24",
        "listen key expired, too many keys, day's cut-off",
        "the simulator refuses keys; a day on a virtual clock",
        "a new key, no fill missed",
        streams.v24,
        proofs=tests(
            f"{MEXC}/test_user_stream",
            "test_before_a_day_is_over_it_moves_to_a_new_connection_and_repeats_nothing",
            "test_when_the_venue_makes_no_more_keys_an_existing_one_is_used",
        ),
    ),
    Row(
        "V25",
        "venue cancels to prevent a self-trade",
        "cancelled past the desk; the proxy writes the reason in",
        "closed, with the reason",
        streams.v25,
    ),
    Row(
        "V26",
        "venue's clock jumps five seconds, both ways",
        "the simulator's clock is shifted",
        "refused once, read anew, right again",
        streams.v26,
        proofs=tests(
            "contract/test_faults_on_the_simulator", "test_a_venue_whose_clock_jumps_refuses_once_and_is_followed"
        ),
    ),
)
