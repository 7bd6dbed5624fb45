# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

# Makes one HTML file of all pages, in the order of nav.adoc: one_page.rb FILE. Each page is converted
# by itself, as by Antora. Anchors get the page's name in front: `#tutorial:await`, so that <<await>> of
# another page leads nowhere, as in the site. Warnings are errors.

require 'asciidoctor'
require 'yaml'

ROOT = File.expand_path('../modules/ROOT', __dir__)
SHARED = YAML.load_file("#{__dir__}/../antora-playbook.yml")['asciidoc']['attributes']
ATTRIBUTES = SHARED.merge('source-highlighter' => nil, 'imagesdir' => "#{ROOT}/images", 'data-uri' => '',
                          'outfilesuffix' => '.html')

# `example$NAME` and `partial$NAME` are in folders of their own.
Asciidoctor::PreprocessorReader.prepend(Module.new do
  def resolve_include_path(target, *rest)
    super(target.sub(/\A(example|partial)\$/) { "#{ROOT}/#{$1}s/" }, *rest)
  end
end)

pages = File.read("#{ROOT}/nav.adoc").scan(/xref:(.*?)\.adoc/).flatten.uniq
abort 'nav.adoc does not begin with index.adoc' unless pages.first == 'index'
titles = {}
failed = false

convert = lambda do |name, file|
  log = Asciidoctor::MemoryLogger.new
  Asciidoctor::LoggerManager.logger = log
  text = File.read(file)
  # An xref without a text shows the page's title.
  text = text.gsub(/xref:(.*?)\.adoc\[\]/) { "xref:#{$1}.adoc[#{titles[$1] || $1}]" } if name == 'nav'
  document = Asciidoctor.load(text, safe: :unsafe, base_dir: File.dirname(file),
                                    attributes: ATTRIBUTES.merge('docname' => name, 'docfile' => file))
  html = document.convert
  log.messages.each do |message|
    failed = true
    text = message[:message]
    warn text.is_a?(Hash) ? "#{text[:source_location]}: #{text[:text]}" : "#{name}.adoc: #{text}"
  end
  titles[name] = document.doctitle
  html = html.gsub(/<table [^>]*class="tableblock.*?<\/table>/m) { "<div class=\"scroll\">#{$&}</div>" }
  html = html.gsub(/ id="/, " id=\"#{name}:").gsub(/ href="#/, " href=\"##{name}:")
  html.gsub(/ href="([^":#]+)\.html(?:#([^"]*))?"/) { " href=\"##{$1}#{":#{$2}" if $2}\"" }
end

articles = pages.map do |name|
  file = "#{ROOT}/pages/#{name}.adoc"
  next failed = true && warn("nav.adoc: there is no page #{name}.adoc") unless File.exist?(file)

  html = convert.call(name, file)
  "<article id=\"#{name}\"><h1>#{titles[name]}</h1>\n#{html}\n</article>"
end
navigation = convert.call('nav', "#{ROOT}/nav.adoc")

File.write(ARGV[0], <<~HTML)
  <!DOCTYPE html>
  <html lang="en">
  <head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>#{titles['index']}</title>
  <style>
  #{File.read("#{__dir__}/../ui/css/site.css")}
  </style>
  </head>
  <body>
  <div class="columns">
  <nav class="tree" aria-label="Pages">
  #{navigation}
  </nav>
  <main>
  #{articles.join("\n<hr>\n")}
  </main>
  </div>
  </body>
  </html>
HTML
exit 1 if failed
