// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "temporary_name.hpp"

#include "../platform/directory.hpp"
#include "../platform/process.hpp"
#include "../platform/random.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace boost {
namespace filelock {
namespace detail {
namespace {

// A name that contains this is no lock, but a file that is being made or removed.
constexpr std::string_view housekeeping = ".break.";

constexpr std::size_t longest_pid = 10, name_token_length = 32;

bool is_all_of(std::string_view text, std::string_view characters) noexcept
{
    return text.find_first_not_of(characters) == text.npos;
}

} // namespace

std::string temporary_prefix(anchored_path const& path)
{
    constexpr auto rest = housekeeping.size() + longest_pid + 1 + name_token_length;
    auto const most = (std::max)(longest_name(path.parent()), rest); // eCryptfs allows 143 bytes
    return path.file_name().substr(0, most - rest).append(housekeeping);
}

bool is_temporary_name(std::string_view name, std::string_view prefix) noexcept
{
    if (name.substr(0, prefix.size()) != prefix)
        return false;
    name.remove_prefix(prefix.size());
    auto const pid = (std::min)(name.find('.'), name.size());
    auto const token = name.substr((std::min)(pid + 1, name.size()));
    return pid != 0 && is_all_of(name.substr(0, pid), "0123456789") && is_token(token);
}

bool is_token(std::string_view text) noexcept
{
    return text.size() == name_token_length && is_all_of(text, hex_digits);
}

system::error_code make_token(std::string& token)
{
    std::array<unsigned char, name_token_length / 2> bytes{};
    auto const ec = fill_random(bytes.data(), bytes.size());
    if (ec)
        return ec;
    token.resize(name_token_length);
    auto digit = token.begin();
    for (auto const byte : bytes) {
        *digit++ = hex_digits[byte / 16];
        *digit++ = hex_digits[byte % 16];
    }
    return {};
}

system::error_code find_temporary_name(anchored_path const& path, anchored_path& name)
{
    std::string token;
    auto const ec = make_token(token);
    if (!ec)
        name =
            path.beside(temporary_prefix(path) + std::to_string(this_process().pid) + '.' + token);
    return ec;
}

} // namespace detail
} // namespace filelock
} // namespace boost
