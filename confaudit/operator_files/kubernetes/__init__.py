"""What a cluster is told: manifests, workloads, kustomizations."""
