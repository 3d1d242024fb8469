"""Machines: systemd units, scripts, processes, cloud-init, Ansible."""
