// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_TABLE_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_TABLE_HPP

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace filelock_tool {

/// A table of texts. The first row has the names of the columns.
class verify_table
{
public:
    explicit verify_table(std::vector<std::string> names) : rows_{std::move(names)} {}

    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

    /// Prints the columns side by side if they fit into the width, else a paragraph for each row.
    void print(std::ostream& out, std::size_t width) const;

private:
    std::vector<std::size_t> widths() const;
    void print_paragraphs(std::ostream& out, std::size_t width) const;

    std::vector<std::vector<std::string>> rows_;
};

} // namespace filelock_tool

#endif
