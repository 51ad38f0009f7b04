"""What programs read of the system whatever their language is: certificates, accounts, PAM."""
