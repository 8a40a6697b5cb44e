// Yardstick B: what a bare node costs.
