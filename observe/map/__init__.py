"""Who talks to whom: the map of services, workloads or namespaces, and how it is printed."""
