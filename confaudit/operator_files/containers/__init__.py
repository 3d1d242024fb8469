"""Containers without a cluster: compose, docker, ECS and other clouds."""
