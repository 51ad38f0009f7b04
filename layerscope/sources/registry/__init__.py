"""Images straight from a registry (OCI distribution-spec; Docker's token authentication): no engine takes part."""
