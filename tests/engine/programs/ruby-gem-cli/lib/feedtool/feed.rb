require "nokogiri"
require "time"

module Feedtool
  class Feed
    Bad = Class.new(StandardError)
    Item = Struct.new(:title, :link, :date, :text, keyword_init: true)

    # The bytes are read as the file says that they are encoded.
    def self.read(file)
      new(Nokogiri::XML(File.binread(file), &:strict))
    rescue Nokogiri::XML::SyntaxError => error
      raise Bad, error.message
    end

    def self.errors(file)
      schema = Nokogiri::XML::RelaxNG(File.read(ROOT / "schema" / "feed.rng"))
      schema.validate(Nokogiri::XML(File.binread(file))).map(&:message)
    end

    def initialize(xml) = @xml = xml
    def title = @xml.at_xpath("/rss/channel/title")&.text
    def pick(selector) = @xml.css(selector).map { |one| one.text.strip }

    def items
      @xml.xpath("//item").map do |item|
        Item.new(title: item.at("title").text, link: item.at("link")&.text, date: Time.rfc2822(item.at("pubDate").text), text: clean(item.at("description")&.text.to_s))
      end
    end

    private

    def clean(html)
      part = Nokogiri::HTML::DocumentFragment.parse(html)
      part.css("script, style").remove
      Nokogiri::XSLT(File.read(ROOT / "schema" / "plain.xsl")).apply_to(Nokogiri::XML("<r>#{part.to_xml}</r>")).strip
    end
  end
end
