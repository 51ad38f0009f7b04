{ ro: { i18n: { plural: { keys: %i[one few other], rule: ->(n) { n == 1 ? :one : (n.zero? || (1..19).cover?(n % 100) ? :few : :other) } } } } }
