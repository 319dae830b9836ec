"""The demo: two made-up organisations whose months of history are played with the real actions."""
