require "securerandom"
Rails.application.configure do
  config.secret_key_base = ENV["SECRET_KEY_BASE"] || SecureRandom.hex(64)
  config.cache_classes = true
  config.eager_load = true
  config.consider_all_requests_local = false
  config.action_controller.perform_caching = true
  config.cache_store = :file_store, "tmp/cache"
  config.public_file_server.enabled = ENV["RAILS_SERVE_STATIC_FILES"].present?
  config.assets.css_compressor = :sass
  config.assets.compile = false
  config.log_level = :warn
  config.i18n.fallbacks = true
  config.action_mailer.delivery_method = :file
  config.action_mailer.file_settings = { location: Rails.root.join("tmp/mails") }
  config.logger = ActiveSupport::Logger.new($stdout)
  config.active_record.dump_schema_after_migration = false
end
