// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Gives Antora the pages. Antora itself reads them from a git repository with a commit only, which a
// tarball is not; and of a git worktree it does not read what is not committed.

const fs = require('fs')
const path = require('path')
const File = require('@antora/content-classifier/file')
const yaml = require('js-yaml')

const root = path.dirname(__dirname)

function filesUnder(folder) {
  return fs.readdirSync(path.join(root, folder)).sort().flatMap((name) => {
    const file = path.posix.join(folder, name)
    const abspath = path.join(root, file)
    const stat = fs.statSync(abspath) // follows the links to the examples
    if (stat.isDirectory()) return filesUnder(file)
    const { name: stem, ext: extname, base: basename } = path.parse(file)
    const src = { path: file, basename, stem, extname, abspath }
    return [new File({ path: file, contents: fs.readFileSync(abspath), stat, src })]
  })
}

module.exports.register = function () {
  this.replaceFunctions({
    aggregateContent: async () => {
      const component = yaml.load(fs.readFileSync(path.join(root, 'antora.yml'), 'utf8'))
      return [{ ...component, version: component.version || '', files: filesUnder('modules') }]
    },
  })
}
