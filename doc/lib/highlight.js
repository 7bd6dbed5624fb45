// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Highlights listings when the site is built. The pages need no script for it.

const hljs = require('highlight.js/lib/core')

for (const language of ['bash', 'cmake', 'cpp', 'python', 'shell', 'sql']) {
  hljs.registerLanguage(language, require('highlight.js/lib/languages/' + language))
}
const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

module.exports.register = (registry) => {
  const { SyntaxHighlighter } = global.Opal.Asciidoctor
  if (SyntaxHighlighter.get('build-time')) return
  SyntaxHighlighter.register('build-time', {
    handlesHighlighting: () => true,
    highlight: (node, source, language) =>
      hljs.getLanguage(language) ? hljs.highlight(source, { language, ignoreIllegals: true }).value : escape(source),
    format: (node, language) => `<pre><code class="language-${language}">${node.getContent()}</code></pre>`,
  })
}
