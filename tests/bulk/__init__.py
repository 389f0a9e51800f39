"""The bulk engine from outside: lists in, one service in memory, its books compared with the result."""
