require_relative "boot"
require "rails"
%w[active_model active_job active_record action_controller action_mailer action_view].each { |r| require "#{r}/railtie" }
require "sprockets/railtie"
Bundler.require(*Rails.groups)

module Notes
  class Application < Rails::Application
    config.load_defaults 6.1
    config.time_zone = "Berlin"
    config.i18n.available_locales = [:en, :de]
    config.exceptions_app = routes
    config.active_job.queue_adapter = :async
  end
end
