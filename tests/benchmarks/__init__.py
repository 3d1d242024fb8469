"""What confaudit costs, beside what others cost that do a part of the same.

    python -m tests.benchmarks [NAME…] [--rounds N] [--data FOLDER]

Machines differ and are noisy, so that most figures are ratios: of processor time, that of whole
processes with all their children, in rounds that take turns. How long it took on the wall stands
beside it. Peers that are not here are left out, and told.
"""
