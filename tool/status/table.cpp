// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "table.hpp"

#include "../texts.hpp"
#include "../utf8.hpp"

#include "../../src/platform/process.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace filelock_tool {
namespace {

enum column : std::size_t
{
    path_column,
    kind_column,
    state_column,
    mode_column,
    status_column,
    age_column,
    heartbeat_column,
    holder_column, // the last one, because it can be long
    column_count
};

using row = std::array<std::string, column_count>;
using widths = std::array<std::size_t, column_count>;

row const headings{"PATH", "KIND", "STATE", "MODE", "STATUS", "AGE", "HEARTBEAT", "HOLDER"};
constexpr std::size_t least_path = 20, least_holder = 16, gap = 2;

std::string kind_of(lock_report const& report)
{
    return report.kind ? name_of(*report.kind) : "";
}

std::string text_or_nothing(std::optional<std::chrono::nanoseconds> duration)
{
    return duration ? text_of(*duration) : std::string();
}

/// Returns who holds, without the name of this host.
std::string who(lock_holder const& holder, bool with_command)
{
    auto owner = holder.owner;
    if (owner.hostname == boost::filelock::detail::host_name())
        owner.hostname.clear();
    if (!with_command)
        owner.command.clear();
    return describe(owner);
}

std::string status_of(lock_holder const& holder, lock_report const& report)
{
    std::string text = name_of(holder.alive);
    if (holder.expires_in && holder.expires_in->count() <= 0)
        text += ", expired";
    if (holder.is_waiting)
        text += ", waits";
    if (report.fence)
        text += ", fence " + std::to_string(*report.fence);
    return text;
}

row row_of(lock_report const& report, lock_holder const* holder)
{
    row cells;
    cells[path_column] = printable(report.path.native());
    cells[kind_column] = kind_of(report);
    cells[state_column] = name_of(report.state);
    if (!holder) {
        cells[holder_column] = printable(report.note);
        cells[status_column] =
            report.fence ? "fence " + std::to_string(*report.fence) : std::string();
        return cells;
    }
    cells[mode_column] = name_of(holder->owner.mode);
    cells[holder_column] = who(*holder, true);
    cells[age_column] = text_or_nothing(holder->age);
    cells[heartbeat_column] = text_or_nothing(holder->heartbeat_age);
    cells[status_column] = status_of(*holder, report);
    return cells;
}

std::vector<row> rows_of(std::vector<lock_report> const& reports)
{
    std::vector<row> rows;
    for (auto const& report : reports) {
        if (report.holders.empty())
            rows.push_back(row_of(report, nullptr));
        for (auto const& holder : report.holders)
            rows.push_back(row_of(report, &holder));
    }
    return rows;
}

/// Returns the widths of the columns, 0 for those without any text.
widths natural_widths(std::vector<row> const& rows)
{
    widths all{};
    for (auto const& cells : rows)
        for (std::size_t i = 0; i != column_count; ++i)
            all[i] = (std::max)(all[i], width_of(cells[i]));
    for (std::size_t i = 0; i != column_count; ++i)
        if (all[i] != 0)
            all[i] = (std::max)(all[i], width_of(headings[i]));
    return all;
}

std::size_t sum_of(widths const& all)
{
    std::size_t sum = 0;
    for (auto const width : all)
        sum += width == 0 ? 0 : width + (sum == 0 ? 0 : gap);
    return sum;
}

/// Shortens the paths and the holders until the table fits. Returns false if it cannot.
bool fit(widths& all, std::size_t columns)
{
    auto const sum = sum_of(all);
    if (sum <= columns)
        return true;
    auto const reduce = [&](column which, std::size_t least, std::size_t by) {
        auto const most = all[which] - (std::min)(all[which], least);
        auto const real = (std::min)(by, most);
        all[which] -= real;
        return by - real;
    };
    auto const left = reduce(holder_column, 2 * least_holder, sum - columns);
    return reduce(holder_column, least_holder, reduce(path_column, least_path, left)) == 0;
}

std::string line_of(row const& cells, widths const& all)
{
    std::string line;
    std::size_t at = 0, begin = 0; // in characters
    for (std::size_t i = 0; i != column_count; ++i) {
        if (all[i] == 0)
            continue;
        if (!cells[i].empty()) {
            line.append(begin - at, ' ');
            auto const text =
                i == path_column ? cut_begin(cells[i], all[i]) : cut_end(cells[i], all[i]);
            line += text;
            at = begin + width_of(text);
        }
        begin += all[i] + gap;
    }
    return line + '\n';
}

std::string join(std::vector<std::string> const& parts)
{
    std::string all;
    for (auto const& part : parts)
        if (!part.empty())
            all += (all.empty() ? "" : ", ") + part;
    return all;
}

void add_lines_of(lock_holder const& holder, lock_report const& report,
                  std::vector<std::string>& lines)
{
    lines.push_back(
        "  " + join({who(holder, false), name_of(holder.owner.mode), status_of(holder, report)}));
    if (!holder.owner.command.empty())
        lines.push_back("    " + printable(holder.owner.command));
    auto const times =
        join({holder.age ? "for " + text_of(*holder.age) : std::string(),
              holder.heartbeat_age ? "heartbeat " + text_of(*holder.heartbeat_age) + " ago"
                                   : std::string()});
    if (!times.empty())
        lines.push_back("    " + times);
}

/// Returns the reports for a terminal that is too narrow for the table.
std::string list_of(std::vector<lock_report> const& reports, std::size_t columns)
{
    std::string text;
    for (auto const& report : reports) {
        std::vector<std::string> lines{"  " + join({kind_of(report), name_of(report.state)})};
        for (auto const& holder : report.holders)
            add_lines_of(holder, report, lines);
        if (report.fence && report.holders.empty())
            lines.push_back("  fence " + std::to_string(*report.fence));
        if (!report.note.empty())
            lines.push_back("  " + printable(report.note));
        text += cut_begin(printable(report.path.native()), columns) + '\n';
        for (auto const& line : lines)
            text += cut_end(line, columns) + '\n';
    }
    return text;
}

} // namespace

std::string table_of(std::vector<lock_report> const& reports, std::optional<std::size_t> columns)
{
    auto const rows = rows_of(reports);
    auto all = natural_widths(rows);
    // The last column of a terminal stays empty: it may wrap the line there.
    if (columns && !fit(all, *columns - 1))
        return list_of(reports, *columns - 1);
    std::string text = rows.empty() ? "" : line_of(headings, all);
    for (auto const& cells : rows)
        text += line_of(cells, all);
    return text;
}

} // namespace filelock_tool
