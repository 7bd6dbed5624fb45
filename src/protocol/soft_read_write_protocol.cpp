// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "soft_read_write_protocol.hpp"

#include "../platform/clock.hpp"
#include "../platform/kernel_lock.hpp"
#include "../platform/process.hpp"
#include "../platform/storage.hpp"
#include "parents.hpp"
#include "private_name.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <algorithm>
#include <limits>
#include <thread>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using namespace std::chrono_literals;
namespace errc = system::errc;
using std::chrono::nanoseconds;

// How often one attempt follows what others do meanwhile.
constexpr int tries = 10;
constexpr auto crowded = 10ms;

constexpr auto litter_age = 60s;
constexpr auto others_act = 1ms; // who have the right of removal
constexpr auto longest_upkeep_pause = 1s;

// For `state`, by who gives up and by who releases.
constexpr nanoseconds short_wait = 100ms, long_wait = 1s;

// Python programs on other hosts may see for so long that there is no writer (NFS, acregmax aside).
constexpr auto network_settle = 2s;

// Nothing is kept for longer, and the double of it is a number.
constexpr auto longest = nanoseconds::max() / 8;

filesystem::path with(filesystem::path const& path, char const* suffix)
{
    return filesystem::path(path.native() + suffix);
}

nanoseconds interval_of(soft_read_write_lock_options const& options) noexcept
{
    return std::min(options.heartbeat_interval, longest / 3);
}

nanoseconds threshold_of(soft_read_write_lock_options const& options) noexcept
{
    return std::min(options.stale_threshold.value_or(3 * interval_of(options)), longest);
}

soft_file_lock_options options_of_state(soft_read_write_lock_options const& options)
{
    soft_file_lock_options state;
    state.permissions = options.permissions.value_or(filesystem::perms(0600));
    state.create_directories = options.create_directories;
    state.where = options.where;
    return state;
}

bool is_missing(system::error_code const& ec) noexcept
{
    return ec == errc::no_such_file_or_directory || is_server_lost(ec);
}

bool is_had(answer const& a) noexcept
{
    return a.kind == answer::have_it;
}

// Others came between.
answer once_more() noexcept
{
    return answer::again_after({});
}

bool is_once_more(answer const& a) noexcept
{
    return a.kind == answer::ask_again && a.delay == a.delay.zero();
}

} // namespace

soft_read_write_protocol::soft_read_write_protocol(filesystem::path const& absolute,
                                                   soft_read_write_lock_options const& options)
    : path_(absolute), write_path_(with(absolute, ".write")), options_(options),
      permissions_(options.permissions.value_or(filesystem::perms(0600))),
      good_for_(threshold_of(options) - interval_of(options)),
      interval_(std::min(interval_of(options), good_for_ / 2)),
      settle_(options.settle ? std::optional(std::min(*options.settle, longest)) : std::nullopt),
      state_(with(absolute, ".state"), options_of_state(options), threshold_of(options)),
      readers_(with(absolute, ".readers")), mine_(good_for_), write_(good_for_),
      writers_(threshold_of(options)), each_reader_(threshold_of(options))
{}

soft_read_write_protocol::~soft_read_write_protocol()
{
    (void)release();
    write_.leave(); // for nobody may remove it now
}

answer soft_read_write_protocol::attempt(lock_mode mode, asker const& who)
{
    if (held_ == lock_mode::shared)
        return join();
    if (owes_state_)
        leave_state();
    if (auto const ec = find_tree())
        return ec;
    // Of one who gave up, and could not undo it then. Who holds something elsewhere would keep
    // others out until he gives up, in vain.
    if (mode == lock_mode::shared || who.has == standing::elsewhere) {
        auto const a = undo(drop_claim(short_wait));
        if (!is_had(a))
            return a;
        if (mode == lock_mode::exclusive)
            return busy_with(waits::unknown);
    }
    auto a = mode == lock_mode::shared ? read() : write(!who.waits);
    if (a.kind != answer::busy)
        return a;
    a.matters_who = a.matters_who || mode == lock_mode::exclusive;
    if (who.waits)
        observe(mode);
    return a;
}

bool soft_read_write_protocol::is_time_for_all()
{
    auto const now = std::chrono::steady_clock::now();
    bool const it_is = now - all_judged_ >= std::min<nanoseconds>(interval_ / 4, 1s);
    if (it_is)
        all_judged_ = now;
    return it_is;
}

// What may be in the way later, so that its age counts from now on, and not one thing's after the
// other's.
void soft_read_write_protocol::observe(lock_mode mode)
{
    if (waits_ == waits::for_readers || !is_time_for_all())
        return;
    if (waits_ != waits::for_state)
        state_.observe();
    std::vector<std::string> names, going;
    if (mode == lock_mode::shared || readers_.list(names, going))
        return;
    each_reader_.forget_all_but(names);
    for (auto const& name : names) {
        auto const path = readers_.path_of(name);
        found_marker found;
        if (!found.look(path))
            (void)each_reader_.judge(name, found, marker_file(path, permissions_, where_));
    }
}

// The directory of readers' markers, which tells where all this is as well.
system::error_code soft_read_write_protocol::find_tree()
{
    if (auto const ec = drop_reader()) // what could not be given back
        return ec;
    auto ec = readers_.open(options_.permissions);
    for (int i = 1; i < tries && is_missing(ec); ++i) {
        if ((ec = make_parents(path_, options_.create_directories)))
            return ec;
        ec = readers_.open(options_.permissions);
    }
    if (ec)
        return ec;
    bool is_local = options_.where == storage::local;
    if (options_.where == storage::detect && is_on_local_storage(readers_.file(), is_local))
        is_local = false;
    where_ = is_local ? storage::local : storage::network;
    met_ = readers_.identity();
    return {};
}

answer soft_read_write_protocol::busy_with(waits what, nanoseconds look_again)
{
    waits_ = what;
    auto a = answer::busy_for(look_again);
    a.matters_who = what == waits::for_writer;
    return a;
}

// What has not changed need not be opened and read again.
system::error_code soft_read_write_protocol::find_writer()
{
    file_facts now;
    if (has_local_rules() && theirs_.file.is_open() && !facts_of(write_path_, now) &&
        is_unchanged(now, theirs_.facts))
        return {};
    return theirs_.look(write_path_);
}

// Whether there is a writer: had, if there is none.
answer soft_read_write_protocol::look()
{
    is_stale_ = false;
    process_ = 0;
    auto ec = find_writer();
    if (is_missing(ec)) {
        theirs_.file.close();
        bool it_is = false;
        // A cache may say so still. The listing of a directory is the server's.
        ec = has_local_rules() ? system::error_code() : is_listed(write_path_, it_is);
        if (ec)
            return ec;
        return it_is ? busy_with(waits::for_writer) : answer(answer::have_it);
    }
    if (ec)
        return ec;
    marker_file const at(write_path_, permissions_, where_);
    auto const v = writers_.judge({}, theirs_, at);
    if (v.error)
        return v.error;
    is_stale_ = v.is_removable;
    process_ = v.process;
    return busy_with(waits::for_writer, v.look_again);
}

// And whether there is none once one who has died is removed.
answer soft_read_write_protocol::pass_writer()
{
    auto const a = look();
    return is_stale_ ? in_state([&] { return evict_writer(); }) : a;
}

// In `state`: only there is the name removed, or made. Looks himself, since it may have changed.
answer soft_read_write_protocol::evict_writer()
{
    auto const a = look();
    if (!is_stale_)
        return a;
    marker_file const at(write_path_, permissions_, where_);
    marker_file::outcome result;
    auto const ec = at.evict(
        theirs_,
        [&](found_marker const& found) {
            return writers_.judge({}, found, at).is_removable && is_in_state();
        },
        result);
    if (ec)
        return ec;
    if (result == marker_file::outcome::busy_right)
        return answer::again_after(others_act);
    return look();
}

template <class F>
answer soft_read_write_protocol::in_state(F const& what)
{
    in_state_since_ = time_since_boot();
    auto const a = state_.attempt(lock_mode::exclusive, {});
    if (!is_had(a)) {
        waits_ = waits::for_state;
        return a;
    }
    struct leaving
    {
        soft_read_write_protocol& p;
        ~leaving() { p.leave_state(); }
    } const at_last{*this};
    return what();
}

// Or another host may have taken it for abandoned.
bool soft_read_write_protocol::is_in_state() const noexcept
{
    return time_since_boot() - in_state_since_ < good_for_;
}

void soft_read_write_protocol::leave_state() noexcept
{
    owes_state_ = bool(state_.release());
}

system::error_code soft_read_write_protocol::make_record()
{
    auto const ec = make_token(record_.token);
    if (ec)
        return ec;
    record_.pid = this_process().pid;
    record_.host = host_name();
    bool const is_one = read_access(record_.text()).kind == access_content::record;
    return is_one ? system::error_code() : error::host_without_name;
}

answer soft_read_write_protocol::read()
{
    for (int i = 0; i < tries; ++i) {
        auto a = pass_writer();
        if (is_had(a))
            a = become_reader();
        if (is_had(a))
            held_ = lock_mode::shared;
        else if (auto const ec = drop_reader())
            return ec;
        if (!is_once_more(a))
            return a;
        if (!readers_.is_open())
            if (auto const ec = find_tree())
                return ec;
    }
    return answer::again_after(crowded);
}

// Without `state`: exclusion never rests on it.
answer soft_read_write_protocol::become_reader()
{
    if (auto const ec = make_record())
        return ec;
    marker_file::outcome result;
    auto const name = record_.token + '.' + std::to_string(record_.pid);
    auto ec = mine_.publish(readers_.path_of(name), record_, permissions_, where_, true, result);
    if (is_missing(ec)) // somebody has removed the directory
        return once_more();
    if (ec)
        return ec;
    if (result != marker_file::outcome::ours)
        return once_more();
    auto const a = look();
    if (!is_had(a))
        return a.kind == answer::busy ? once_more() : a;
    auto fate = kept_marker::fate::missing;
    ec = mine_.refresh(fate);
    bool const is_ours = !ec && fate == kept_marker::fate::ours && readers_.is_in_place(ec);
    if (is_ours)
        return answer::have_it;
    bool const is_passing = ec == errc::operation_would_block || is_missing(ec);
    return !ec || is_passing ? once_more() : answer(ec);
}

// Another reader of the same object. He must not share a hold that is worth nothing any more,
// although those who have it know no better; so he waits for them to go. Nor must the readers of
// one object keep a writer out by always being some.
answer soft_read_write_protocol::join()
{
    system::error_code ec;
    if (!still_held(ec))
        return ec ? answer(ec) : busy_with(waits::unknown);
    auto const a = look();
    return is_stale_ ? answer(answer::have_it) : a;
}

answer soft_read_write_protocol::write(bool is_only_try)
{
    for (int i = 0; i < tries; ++i) {
        auto a = answer(answer::have_it);
        if (!is_claimed_)
            a = undo(drop_claim(short_wait)); // of what was made too late
        // The only attempt must not keep readers out while others read.
        if (is_had(a) && !is_claimed_ && is_only_try)
            a = pass_readers();
        if (is_had(a) && !is_claimed_)
            a = claim();
        if (is_had(a))
            a = settle();
        if (is_had(a))
            a = drain();
        if (is_had(a)) {
            held_ = lock_mode::exclusive;
            readers_.close();
        }
        if (!is_once_more(a))
            return a;
    }
    return answer::again_after(crowded);
}

// From here on no reader comes in.
answer soft_read_write_protocol::claim()
{
    auto a = look(); // without disturbing those who come and go
    if (!is_had(a) && !is_stale_)
        return a;
    if (auto const ec = make_record())
        return ec;
    auto result = marker_file::outcome::again;
    a = in_state([&] {
        auto const there = evict_writer();
        if (!is_had(there))
            return there;
        if (auto const ec =
                write_.publish(write_path_, record_, permissions_, where_, false, result))
            return answer(ec);
        if (result != marker_file::outcome::ours)
            return once_more();
        claimed_at_ = time_since_boot();
        has_settled_ = false;
        is_claimed_ = is_in_state();
        return is_claimed_ ? answer(answer::have_it) : once_more();
    });
    if (is_had(a))
        return a;
    auto const undone = undo(drop_claim(short_wait));
    return is_had(undone) ? a : undone;
}

// Keeps the claim up; and waits until nobody can miss it.
answer soft_read_write_protocol::settle()
{
    auto const now = time_since_boot();
    if (now >= write_.good_since() + interval_) {
        auto const a = keep_claim();
        if (!is_had(a))
            return a;
    }
    if (has_settled_)
        return answer::have_it;
    auto const long_enough =
        settle_.value_or(write_.has_local_rules() ? nanoseconds() : network_settle);
    if (long_enough != long_enough.zero()) {
        auto const left = long_enough - (now - claimed_at_);
        if (left > left.zero())
            return answer::goes_on_after(std::min(left, interval_));
        // A reader who has been told meanwhile that there is none, is in `state` while he comes.
        auto const a = in_state([] { return answer(answer::have_it); });
        if (!is_had(a))
            return a;
    }
    has_settled_ = true;
    return answer::have_it;
}

answer soft_read_write_protocol::drain()
{
    auto const a = pass_readers();
    return is_had(a) ? keep_claim() : a;
}

// Whether there is no reader, once those who have died are removed.
answer soft_read_write_protocol::pass_readers()
{
    std::vector<std::string> names, going;
    bool const all = is_time_for_all();
    for (int i = 0; i < tries; ++i) {
        auto ec = readers_.list(names, going);
        bool is_here = !ec && readers_.is_in_place(ec);
        if (!ec && !is_here) // readers have another one by now
            ec = find_tree();
        if (ec && !is_missing(ec))
            return ec;
        if (!is_here)
            continue;
        if (all && !going.empty())
            remove_litter(going);
        if (names.empty())
            return answer::have_it;
        auto const a = clear(names, all);
        if (!is_once_more(a))
            return a;
    }
    return answer::again_after(crowded);
}

// Removes the markers of who has died. Where somebody lives, one of them is enough to wait for; but
// now and then all are looked at, since it counts for how long they have been the same.
answer soft_read_write_protocol::clear(std::vector<std::string> const& names, bool all)
{
    if (all)
        each_reader_.forget_all_but(names);
    auto const due = write_.good_since() + interval_ - time_since_boot();
    auto look_again = is_claimed_ ? std::max<nanoseconds>(due, others_act) : interval_;
    bool is_any = false;
    process_ = 0;
    for (auto const& name : names) {
        marker_file const at(readers_.path_of(name), permissions_, where_, {true, {}});
        found_marker found;
        auto ec = found.look(readers_.path_of(name));
        if (is_missing(ec))
            continue;
        if (ec)
            return ec;
        auto const v = each_reader_.judge(name, found, at);
        if (v.error)
            return v.error;
        if (v.is_removable) {
            marker_file::outcome result;
            ec = at.evict(
                found,
                [&](found_marker const& f) { return each_reader_.judge(name, f, at).is_removable; },
                result);
            if (ec)
                return ec;
            if (result != marker_file::outcome::busy_right)
                continue;
            look_again = others_act;
        } else if (v.look_again != 0s) {
            look_again = std::min(look_again, v.look_again);
        }
        if (!std::exchange(is_any, true))
            process_ = v.process;
        if (!all)
            break;
    }
    return is_any ? busy_with(waits::for_readers, look_again) : once_more();
}

// What evictors who died have left, more than a minute ago by the file system's clock.
void soft_read_write_protocol::remove_litter(std::vector<std::string> const& names) const
{
    file_facts ours;
    if (facts_of(write_path_, ours))
        return;
    for (auto const& name : names) {
        auto const path = readers_.path_of(name);
        found_marker left;
        bool is_witnessed = false;
        if (left.look(path) || !left.file.is_open() ||
            read_access(left.text).kind == access_content::foreign ||
            ours.modified - left.facts.changed <= litter_age ||
            (has_local_rules() && (has_witness(left.file.native(), is_witnessed) || is_witnessed)))
            continue;
        (void)remove_name(path);
    }
}

// Whether the claim is still good.
answer soft_read_write_protocol::keep_claim()
{
    auto fate = kept_marker::fate::missing;
    auto const ec = write_.refresh(fate);
    if (ec == errc::operation_would_block)
        return answer::again_after(others_act);
    if (ec && !is_missing(ec))
        return ec;
    if (!ec && fate == kept_marker::fate::ours)
        return answer::have_it;
    is_claimed_ = false;
    if (!ec && fate != kept_marker::fate::late) {
        write_.leave();
        return once_more();
    }
    auto const undone = undo(drop_claim(short_wait));
    return is_had(undone) ? once_more() : undone;
}

// What came of dropping a claim. If it is still there, others are to leave `state` first.
answer soft_read_write_protocol::undo(system::error_code const& ec)
{
    if (!ec || !write_.is_published())
        return answer::have_it;
    return ec == errc::timed_out ? busy_with(waits::for_state) : answer(ec);
}

// On network storage only in `state`: peers of another make remove it there, by its name.
system::error_code soft_read_write_protocol::drop_claim(nanoseconds wait) noexcept
try {
    is_claimed_ = false;
    if (!write_.is_published())
        return {};
    if (write_.has_local_rules())
        return write_.withdraw();
    auto const until = std::chrono::steady_clock::now() + wait;
    for (;; std::this_thread::sleep_for(5ms)) {
        system::error_code ec;
        auto const a = in_state([&] {
            auto const may_go = [](void const* p) {
                return static_cast<soft_read_write_protocol const*>(p)->is_in_state();
            };
            ec = write_.withdraw(may_go, this);
            return answer(answer::have_it);
        });
        if (is_had(a))
            return ec;
        if (a.kind == answer::failed)
            return a.error;
        if (std::chrono::steady_clock::now() >= until)
            return make_error_code(errc::timed_out);
    }
} catch (std::bad_alloc const&) {
    return make_error_code(errc::not_enough_memory);
}

system::error_code soft_read_write_protocol::drop_reader() noexcept
{
    auto const ec = mine_.withdraw();
    if (!ec)
        readers_.close();
    return ec;
}

watched soft_read_write_protocol::what_tells() const noexcept
{
    switch (waits_) {
    case waits::for_state:
        return state_.what_tells();
    case waits::for_writer:
        if (theirs_.file.is_open())
            return {&theirs_.file, theirs_.facts.identity, watched_kind::marker, process_};
        break;
    case waits::for_readers:
        return {&readers_.file(), readers_.identity(), watched_kind::directory, process_};
    case waits::unknown:
        break;
    }
    return {};
}

bool soft_read_write_protocol::is_local() const noexcept
{
    return has_local_rules() && waits_ != waits::unknown;
}

void soft_read_write_protocol::withdraw() noexcept
{
    if (held_ == lock_mode::none)
        (void)drop_claim(short_wait);
    if (held_ != lock_mode::shared)
        (void)drop_reader();
    if (owes_state_)
        leave_state();
    state_.withdraw();
    theirs_.file.close();
    waits_ = waits::unknown;
}

system::error_code soft_read_write_protocol::release() noexcept
{
    held_ = lock_mode::none;
    auto ec = drop_reader();
    if (auto const failed = drop_claim(long_wait); !ec)
        ec = failed;
    if (owes_state_)
        leave_state();
    return ec;
}

bool soft_read_write_protocol::still_held(system::error_code& ec)
{
    if (held_ == lock_mode::none || !hold().is_published())
        return false;
    if (held_ == lock_mode::shared && !readers_.is_in_place(ec))
        return false;
    // The time last: who was stopped on the way may have been judged by it.
    return hold().is_in_place(ec) && time_since_boot() <= hold().good_until();
}

upkeep soft_read_write_protocol::first_upkeep() const noexcept
{
    return {{}, {}, hold().good_since() + interval_, hold().good_until()};
}

namespace {

std::optional<loss_reason> loss_by(kept_marker::fate fate) noexcept
{
    switch (fate) {
    case kept_marker::fate::ours:
        return std::nullopt;
    case kept_marker::fate::late:
        return loss_reason::refresh_failed;
    case kept_marker::fate::missing:
        return loss_reason::marker_missing;
    case kept_marker::fate::replaced:
        break;
    }
    return loss_reason::owner_changed;
}

} // namespace

upkeep soft_read_write_protocol::keep_up() noexcept
{
    auto& marker = held_ == lock_mode::shared ? mine_ : write_;
    auto fate = kept_marker::fate::missing;
    upkeep u;
    if (held_ != lock_mode::shared || readers_.is_in_place(u.error))
        u.error = marker.refresh(fate);
    u.good_until = marker.good_until();
    if (!u.error) {
        u.lost = loss_by(fate);
        u.next = marker.good_since() + interval_;
        return u;
    }
    // It may pass. So it is tried again soon, and for the last time when all is over.
    auto const now = time_since_boot();
    auto const pause = std::min<nanoseconds>(interval_ / 8, longest_upkeep_pause);
    u.next = std::min(now + pause, u.good_until);
    if (now >= u.good_until)
        u.lost = loss_reason::refresh_failed;
    return u;
}

std::optional<loss_reason> soft_read_write_protocol::lost() noexcept
{
    auto fate = kept_marker::fate::missing;
    system::error_code ec;
    if (held_ != lock_mode::shared || readers_.is_in_place(ec))
        ec = hold().look(fate);
    if (ec && time_since_boot() > hold().good_until())
        return loss_reason::refresh_failed;
    return ec ? std::nullopt : loss_by(fate);
}

namespace {

bool add_holder(filesystem::path const& path, owner_mode mode, std::vector<owner_record>& all)
{
    found_marker found;
    if (found.look(path))
        return false;
    auto content = read_access(found.text);
    if (found.file.is_open() && content.kind == access_content::foreign)
        return false;
    owner_record holder;
    holder.mode = mode;
    if (content.kind == access_content::record) {
        auto& owner = content.owner;
        holder.pid = owner.pid;
        if (look_for({owner.pid, owner.host, {}}).kind == sighting::alive)
            holder.command = command_of(owner.pid);
        holder.hostname = std::move(owner.host);
        holder.token = std::move(owner.token);
    }
    holder.age = time_of_day() - found.facts.modified;
    all.push_back(std::move(holder));
    return true;
}

} // namespace

// The readers, and then the writer, who waits for them to go if there are any.
std::vector<owner_record> soft_read_write_protocol::holders() const
{
    std::vector<owner_record> all;
    reader_directory directory(with(path_, ".readers"));
    std::vector<std::string> names, going;
    if (!directory.open_existing() && !directory.list(names, going))
        for (auto const& name : names)
            add_holder(directory.path_of(name), owner_mode::reader, all);
    add_holder(write_path_, owner_mode::writer, all);
    return all;
}

} // namespace detail
} // namespace filelock
} // namespace boost
