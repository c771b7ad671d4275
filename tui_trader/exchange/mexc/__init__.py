"""The MEXC spot client: signed REST, the order lane, public and private streams behind ``exchange.port.Exchange``.

Start at :class:`~tui_trader.exchange.mexc.client.MexcExchange`. The room knows the wire, the port, the rules, the
domain and the base modules; it must not know the simulator, the services or the screen. Nothing here retries an order.
"""
