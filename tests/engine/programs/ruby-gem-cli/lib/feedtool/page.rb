require "erb"
require "i18n"
require "tzinfo"

module Feedtool
  class Page
    include ERB::Util

    def initialize(lang)
      I18n.load_path += Dir[ROOT / "locales" / "*.{yml,rb}"]
      I18n.backend.class.include(I18n::Backend::Pluralization, I18n::Backend::Fallbacks)
      I18n.fallbacks.defaults = [:en]
      raise Thor::Error, "no language #{lang}" unless I18n.available_locales.include?(lang.to_sym)
      I18n.locale = lang
      @zone = TZInfo::Timezone.get(ENV.fetch("FEEDTOOL_ZONE", "UTC"))
    end

    def t(key, **with) = I18n.t(key, **with)
    def day(time) = I18n.l(@zone.to_local(time), format: :long)

    def render(template, feed:)
      @feed, @owner = feed, Feedtool.config[:owner]
      ERB.new(File.read(ROOT / "templates" / template), trim_mode: "-").result(binding)
    end
  end
end
