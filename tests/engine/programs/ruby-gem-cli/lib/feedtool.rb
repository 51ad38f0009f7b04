require "thor"
require "yaml"
require "pathname"
require_relative "feedtool/version"

module Feedtool
  ROOT = Pathname(__dir__).parent
  autoload :CLI, "feedtool/cli"
  autoload :Feed, "feedtool/feed"
  autoload :Page, "feedtool/page"
  autoload :Filters, "feedtool/filters"

  def self.config
    @config ||= YAML.safe_load_file(ENV.fetch("FEEDTOOL_CONFIG", "/etc/feedtool.yml"), symbolize_names: true, permitted_classes: [Date])
  end
end
