"""Any sequence of orders, cancels and market moves keeps the venue's books straight."""

import itertools
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tui_trader.exchange.sim.candles import Candles
from tui_trader.exchange.sim.engine import Engine
from tui_trader.exchange.sim.market import Market
from tui_trader.exchange.sim.model import OrderRequest
from tui_trader.exchange.sim.refusals import Refusal
from tui_trader.exchange.sim.symbols import SymbolRules
from tui_trader.exchange.wire.vocabulary import OrderStatus, OrderType, Side

NOW = 1_763_850_000_000
ACCOUNTS = ("a", "b")
START = {"USDT": Decimal(5000), "MX": Decimal(50)}
SIDES = st.sampled_from(["BUY", "SELL"])
PRICES = st.integers(9950, 10050)
LOTS = st.integers(1, 300)
ORDER = st.tuples(
    st.just("order"),
    st.sampled_from(ACCOUNTS),
    SIDES,
    st.sampled_from(["LIMIT", "LIMIT", "LIMIT", "LIMIT_MAKER", "IMMEDIATE_OR_CANCEL", "FILL_OR_KILL", "MARKET"]),
    PRICES,
    LOTS,
    st.booleans(),
    st.sampled_from(["", "cancel_maker", "cancel_taker", "cancel_both"]),
)
SYNTHETIC = st.tuples(st.just("synthetic"), SIDES, PRICES, st.integers(0, 300), st.booleans())
HIT = st.tuples(st.just("hit"), SIDES, PRICES, LOTS)
CANCEL = st.tuples(st.just("cancel"), st.integers(0, 50))
FEES = st.tuples(st.just("fees"), st.sampled_from(["0", "0.0005", "0.002"]), st.sampled_from(["0.0005", "0.003"]))
STEPS = st.lists(st.one_of(ORDER, ORDER, SYNTHETIC, HIT, CANCEL, FEES), min_size=1, max_size=40)


class House:
    """An engine of one pair and two accounts, with hand-fed liquidity."""

    def __init__(self, *, prevents):
        self.engine = Engine(refuse_repeated_ids=True, max_open_orders=500, queue_share=Decimal(1))
        self.rules = SymbolRules("MXUSDT", "MX", "USDT", 2, 1, taker_fee=Decimal("0.0005"), maker_fee=Decimal("0.0001"))
        self.market = Market(
            self.rules, Candles(None, NOW), self.engine.tell, self.engine.clearing.settle, itertools.count()
        )
        self.market.last = 10_000
        self.engine.markets["MXUSDT"] = self.market
        self.external = {"USDT": Decimal(0), "MX": Decimal(0)}
        for name in ACCOUNTS:
            self.engine.fund(name, START, NOW)
            self.engine.account(name).prevents_self_trades = prevents

    def step(self, kind, *terms):
        getattr(self, kind)(*terms)
        self.market.publish()
        self.check()

    def order(self, account, side, kind, ticks, lots, by_cost, stp_mode):
        price = None if kind == "MARKET" else format(Decimal(ticks) / 100, "f")
        quantity, cost = format(Decimal(lots) / 10, "f"), None
        if kind == "MARKET" and by_cost:
            quantity, cost = None, format(Decimal(lots), "f")
        request = OrderRequest("MXUSDT", side, kind, quantity, cost, price, None, stp_mode)
        before = [self.engine.account(name).balances() for name in ACCOUNTS]
        try:
            order = self.engine.place(self.engine.account(account), self.market, request, NOW)
        except Refusal:
            assert before == [self.engine.account(name).balances() for name in ACCOUNTS]
            return
        resting = order.is_open
        assert not resting or kind in {"LIMIT", "LIMIT_MAKER"}
        if kind == "FILL_OR_KILL":
            assert (
                order.status in {OrderStatus.FILLED, OrderStatus.CANCELED}
                or self.engine.accounts[account].prevents_self_trades
            )
        if kind == "LIMIT_MAKER":
            assert order.done_lots == 0

    def synthetic(self, side, ticks, lots, from_front):
        own, opposite = self.market.book.side(side == "BUY"), self.market.book.side(side != "BUY")
        best = opposite.best()
        if best is None or not opposite.reaches(best, ticks):
            own.set_synthetic(ticks, lots, from_front=from_front)

    def hit(self, taker, ticks, lots):
        side = self.market.book.side(taker == "SELL")
        self.market.hit(side.take(ticks, lots), Side(taker), NOW)

    def cancel(self, index):
        orders = self.engine.records.all_open()
        if orders:
            self.engine.cancel(orders[index % len(orders)], NOW)

    def fees(self, maker, taker):
        self.market.rules = SymbolRules(
            "MXUSDT", "MX", "USDT", 2, 1, maker_fee=Decimal(maker), taker_fee=Decimal(taker)
        )

    def check(self):
        orders, fills = self.engine.records.history()
        for name in ACCOUNTS:
            self.check_account(name, orders, [fill for fill in fills if fill.account == name])
        for order in orders:
            mine = [fill for fill in fills if fill.order_id == order.order_id]
            snapshot = order.snapshot()
            assert snapshot.executed_quantity == sum(fill.quantity for fill in mine)
            assert snapshot.executed_quote == sum(fill.price * fill.quantity for fill in mine)
            assert order.is_open or order.locked == 0
            self.check_prices(order, mine)
        self.check_book(orders)

    def check_account(self, name, orders, fills):
        bought = [fill for fill in fills if fill.side is Side.BUY]
        sold = [fill for fill in fills if fill.side is Side.SELL]
        usdt, mx = (self.engine.account(name).balance(asset) for asset in ("USDT", "MX"))
        assert min(usdt.free, usdt.locked, mx.free, mx.locked) >= 0
        assert mx.free + mx.locked == START["MX"] + sum(f.quantity for f in bought) - sum(f.quantity for f in sold)
        assert usdt.free + usdt.locked == START["USDT"] - sum(f.quote_quantity for f in bought) + sum(
            f.quote_quantity for f in sold
        ) - sum(f.fee for f in fills)
        held = [order for order in orders if order.account == name and order.is_open]
        assert usdt.locked == sum(order.locked for order in held if order.is_buy)
        assert mx.locked == sum(order.locked for order in held if not order.is_buy)
        for order in held:
            assert order.locked == order.held_for(order.ticks, order.left)

    @staticmethod
    def check_prices(order, fills):
        limit = Decimal(order.ticks) / 100
        for fill in fills:
            assert fill.price <= limit if order.is_buy else fill.price >= limit
            assert fill.fee >= 0

    def check_book(self, orders):
        book = self.market.book
        bid, ask = book.bids.best(), book.asks.best()
        assert bid is None or ask is None or bid < ask
        assert self.market.best().bid_quantity == (book.bids.size(bid) if bid else 0) / Decimal(10)
        for side in (book.bids, book.asks):
            assert side.ranks == sorted(rank * 1 for rank in side.ranks)
            assert {rank * side.sign for rank in side.ranks} == set(side.levels)
            for level in side.levels.values():
                assert level.total == sum(entry.lots for entry in level.queue.values()) > 0
                assert level.synthetic == sum(e.lots for e in level.queue.values() if e.order is None)
                own = [entry.order.number for entry in level.queue.values() if entry.order]
                assert own == sorted(own)
        standing = {
            entry.order.number: entry.lots
            for side in (book.bids, book.asks)
            for level in side.levels.values()
            for entry in level.queue.values()
            if entry.order
        }
        assert standing == {order.number: order.left for order in orders if order.is_open}


@settings(max_examples=150, deadline=None)
@given(STEPS, st.booleans())
def test_money_orders_and_book_stay_consistent_after_every_step(steps, prevents):
    house = House(prevents=prevents)
    for step in steps:
        house.step(*step)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(PRICES, st.integers(1, 20)), min_size=2, max_size=15), st.integers(1, 200))
def test_makers_are_executed_by_price_and_then_by_time(resting, lots):
    house = House(prevents=False)
    orders = [
        house.engine.place(
            house.engine.account("a"),
            house.market,
            OrderRequest("MXUSDT", "BUY", OrderType.LIMIT, f"{quantity / 10}", None, f"{ticks / 100}"),
            NOW,
        )
        for ticks, quantity in resting
        if quantity * ticks <= 20 * 10_050
    ]
    house.hit("SELL", 1, lots)
    served = sorted(orders, key=lambda order: (-order.ticks, order.number))
    left = lots
    for order in served:
        traded = min(left, order.lots)
        assert order.done_lots == traded
        left -= traded
