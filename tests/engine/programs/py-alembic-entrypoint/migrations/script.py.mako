${up_revision}
