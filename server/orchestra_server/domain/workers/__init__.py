"""Pure rules of workers: discoveries, interrupts, requests, starts and spending."""
