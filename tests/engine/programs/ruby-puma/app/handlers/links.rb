require 'nokogiri'
module Wiki::Links
  def self.find
    doc = Nokogiri::HTML5.respond_to?(:parse) ? Nokogiri::HTML(File.read("#{Wiki::ROOT}/public/links.html")) : nil
    doc.css('a[href]').map { |a| [a['href'], a.text] } + doc.xpath('//b').map(&:text)
  end
end
