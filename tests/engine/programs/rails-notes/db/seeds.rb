Note.find_or_create_by!(text: "seeded")
