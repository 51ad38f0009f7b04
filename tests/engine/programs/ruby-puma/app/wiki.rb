require 'rack'; require 'tilt'; require 'tilt/haml'; require 'i18n'; require 'sequel'; require 'json'
class Wiki
  ROOT = File.expand_path('..', __dir__)
  I18n.load_path += Dir[File.join(ROOT, 'config/locales/*.yml')]
  I18n.available_locales = %i[en nl]
  DB = Sequel.connect("sqlite://#{ROOT}/wiki.db")
  autoload :Pages, File.join(ROOT, 'app/handlers/pages.rb')
  autoload :Links, File.join(ROOT, 'app/handlers/links.rb')
  def call(env)
    request = Rack::Request.new(env)
    I18n.locale = request.params['lang'] == 'nl' ? :nl : :en
    case request.path_info
    when '/' then html view('index', slugs: DB[:pages].order(:slug).select_map(:slug))
    when %r{\A/page/(\w+)\z} then (body = Pages.show($1)) ? html(view('page', body: body)) : missing
    when '/links' then [200, {'Content-Type' => 'application/json'}, [JSON.generate(Links.find)]]
    else missing
    end
  end
  def html(text) = [200, {'Content-Type' => 'text/html; charset=utf-8'}, [text]]
  def missing = [404, {'Content-Type' => 'text/plain; charset=utf-8'}, [I18n.t('missing')]]
  def view(name, **with) = Tilt.new("#{ROOT}/views/layout.haml").render { Tilt.new(Dir["#{ROOT}/views/#{name}.*"].first).render(Object.new, with) }
end
