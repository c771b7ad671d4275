"""MEXC's spot wire, written down once for the client (``exchange/mexc``) and the simulator (``exchange/sim``).

Holds endpoints, channel names, vocabularies, limits, error codes, the signature, control frames and the protobuf
messages. It knows nothing of connections, time or state, and imports ``domain`` at most.

``mexcwire_pb2.py`` and ``mexcwire_pb2.pyi`` are generated from ``mexcwire.proto`` and committed. To make them again,
run in this folder, in an environment apart (grpcio-tools 1.75.1 needs an older protobuf than we run on)::

    pip install "grpcio-tools==1.75.1" setuptools
    python -m grpc_tools.protoc -I. --python_out=. --pyi_out=. mexcwire.proto

That compiler writes generated code 6.31.1, which every protobuf runtime from 6.31.1 on loads.
"""
