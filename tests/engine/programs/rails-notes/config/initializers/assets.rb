Rails.application.config.assets.precompile += %w[print.css]
