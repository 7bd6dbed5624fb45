// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_CLAIM_RECORD_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_CLAIM_RECORD_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace boost {
namespace filelock {
namespace detail {

/// The content of the permanent file at the path of a `strict_soft_file_lock`.
inline constexpr std::string_view strict_sentinel{"1\nfilelock-strict-v1\0\n0\n", 24};

/// The content of a claim, which names its owner.
struct claim_record
{
    std::string token;
    std::int64_t pid = 0;
    std::string host;
    std::string start_token; ///< empty: unknown

    std::string text() const;
};

/// Returns the record, or nothing if the text is not the complete record of a claim whose name has
/// this token.
std::optional<claim_record> read_claim(std::string_view text, std::string_view token);

/// The name of a claim.
struct claim_name
{
    enum kind_type
    {
        intent,
        held
    };

    kind_type kind;
    std::string token;

    std::string text() const;
};

/// Returns nothing if the text is not the name of a claim.
std::optional<claim_name> read_claim_name(std::string_view text);

/// Returns the name under which a file is written before it is linked to its public name. `token`:
/// random.
std::string draft_name(std::string_view public_name, std::string_view token);

/// Returns the public name under which a file with this private name is being published, or an
/// empty text if it is no private name.
std::string_view published_name_of(std::string_view name) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
