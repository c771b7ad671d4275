"""A canary secret (reliability.md I16, S04): everything that writes is made to write, then every byte is searched.

``python -m tests.process.canary [--orders N]`` prints one line of figures. What is searched for is the secret, every
signature sent and every listen key given; the venue knows the latter two.
"""
