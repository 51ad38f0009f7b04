module Feedtool
  module Filters
    Missing = Class.new(StandardError)
    FOLDER = File.join(__dir__, "filters")

    def self.names = Dir.children(FOLDER).map { |one| File.basename(one, ".rb") }.sort

    def self.load(name)
      raise Missing, "no filter #{name}" unless names.include?(name)
      require File.join(FOLDER, name)
      const_get(name.capitalize)
    end
  end
end
