"""The gate for CI: rules from the command line and from files, each answering PASS, FAIL or SKIP."""
