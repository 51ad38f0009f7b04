require 'kramdown'
module Wiki::Pages
  def self.show(slug) = Wiki::DB[:pages].where(slug: slug).get(:body)&.then { |body| Kramdown::Document.new(body).to_html }
end
