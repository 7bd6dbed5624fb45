// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "table.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>

namespace filelock_tool {
namespace {

constexpr std::size_t space = 2; ///< between columns, and before the lines of a paragraph

void pad(std::ostream& out, std::size_t count)
{
    out << std::string(count, ' ');
}

/// Prints the text in lines of at most this width, which begin at the column `indent`. Lines break
/// at blanks where they can. The first line begins at the present position.
void print_wrapped(std::ostream& out, std::string_view text, std::size_t indent, std::size_t width)
{
    auto const length = width > indent + 8 ? width - indent : 8;
    while (text.size() > length) {
        auto const blank = text.rfind(' ', length);
        auto const end = blank == text.npos || blank == 0 ? length : blank;
        out << text.substr(0, end) << '\n';
        pad(out, indent);
        text.remove_prefix(end == blank ? end + 1 : end);
    }
    out << text << '\n';
}

} // namespace

std::vector<std::size_t> verify_table::widths() const
{
    std::vector<std::size_t> result(rows_.front().size());
    for (auto const& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            result[i] = (std::max)(result[i], row[i].size());
    return result;
}

void verify_table::print(std::ostream& out, std::size_t width) const
{
    auto const widths = this->widths();
    auto const whole = std::accumulate(widths.begin(), widths.end(), (widths.size() - 1) * space);
    if (whole > width)
        return print_paragraphs(out, width);
    for (auto const& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            out << row[i];
            if (i + 1 < row.size())
                pad(out, widths[i] - row[i].size() + space);
        }
        out << '\n';
    }
}

void verify_table::print_paragraphs(std::ostream& out, std::size_t width) const
{
    auto const& names = rows_.front();
    std::size_t longest = 0;
    for (std::size_t i = 1; i < names.size(); ++i)
        longest = (std::max)(longest, names[i].size());
    for (std::size_t r = 1; r < rows_.size(); ++r) {
        auto const& row = rows_[r];
        print_wrapped(out, row[0], 0, width);
        for (std::size_t i = 1; i < row.size(); ++i) {
            pad(out, space);
            out << names[i];
            pad(out, longest - names[i].size() + space);
            print_wrapped(out, row[i], space + longest + space, width);
        }
    }
}

} // namespace filelock_tool
