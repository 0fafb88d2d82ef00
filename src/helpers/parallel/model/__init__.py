"""Will it pay? Four measured costs, a pool that exists on paper, and advice made from both."""
