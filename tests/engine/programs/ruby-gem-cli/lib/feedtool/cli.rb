require "date"

module Feedtool
  class CLI < Thor
    def self.exit_on_failure? = true
    package_name "feedtool"
    class_option :lang, default: "en", desc: "language of the answer"

    desc "version", "Tells the version"
    def version = puts("feedtool #{VERSION}, #{Gem.loaded_specs.values_at("thor", "nokogiri").map(&:full_name).join(" ")}")

    desc "show FEED", "Lists what is in a feed"
    method_option :as, enum: %w[txt html], default: "txt"
    def show(file)
      puts Page.new(options[:lang]).render("feed.#{options[:as]}.erb", feed: Feed.read(file))
    rescue Errno::ENOENT, Feed::Bad => error
      raise Thor::Error, "#{file}: #{error.message}"
    end

    desc "pick FEED SELECTOR", "What a CSS selector finds"
    def pick(file, selector)
      Feed.read(file).pick(selector).each { |one| puts one }
    rescue Nokogiri::CSS::SyntaxError => error
      raise Thor::Error, "selector: #{error.message}"
    end

    desc "check FEED...", "Checks feeds against the schema"
    def check(*files)
      wrong = files.count { |file| Feed.errors(file).each { |one| warn "#{file}: #{one}" }.any? }
      puts "#{files.size - wrong} of #{files.size} are well"
      exit wrong
    end

    desc "page FILE", "Markdown to HTML, with its code in colours"
    def page(file)
      require "kramdown"
      puts Kramdown::Document.new(File.read(file), input: "GFM", syntax_highlighter: "rouge", syntax_highlighter_opts: { css_class: "code" }).to_html
    end

    desc "code FILE", "A source with its tokens named"
    method_option :to, default: "html"
    def code(file)
      require "rouge"
      source = File.read(file)
      formatter = Rouge::Formatter.find(options[:to]) or raise Thor::Error, "no formatter #{options[:to]}"
      lexer = Rouge::Lexer.guess(filename: file, source: source)
      puts lexer.tag, formatter.new.format(lexer.lex(source))
    end

    desc "filter NAME TEXT", "Runs a filter; filters are the files of lib/feedtool/filters"
    def filter(name, *text)
      puts Filters.load(name).call(text.join(" "))
    rescue Filters::Missing => error
      warn "there are #{Filters.names.join(", ")}"
      raise Thor::Error, error.message
    end
  end
end
