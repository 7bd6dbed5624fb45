// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Storage where kernel locks are known to exclude only processes of the same host.

#include "../src/platform/linux/host_local_locks.hpp"
#include "support/calls.hpp"
#include "support/child.hpp"
#include "support/privileges.hpp"
#include "support/system_calls.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/error.hpp>
#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/read_write_lock.hpp>

#include <boost/asio.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using boost::filelock::error;
using boost::filelock::file_lock;
using boost::filelock::file_lock_options;
using boost::filelock::kernel_lock;
using boost::filelock::lock_error;
using boost::filelock::read_write_lock;
using boost::filelock::read_write_lock_options;
using boost::filelock::storage;
using boost::filelock::detail::has_lock_options;
using boost::filelock::detail::is_host_local;
using boost::filelock::detail::is_smb;
using boost::system::error_code;
using std::chrono::hours;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

// Values of f_type of statfs(2).
constexpr std::uint32_t smb1 = 0xff534d42, smb2 = 0xfe534d42, smbfs = 0x517b, ocfs2 = 0x7461636f,
                        nfs = 0x6969, lustre = 0x0bd00bd0, ext4 = 0xef53, fuse = 0x65735546,
                        ceph = 0x00c36400;

} // namespace

BOOST_AUTO_TEST_SUITE(by_type_and_mount_options)

// Returns the kinds of locks that are host-local: "flock", "record", "both" or "none".
static std::string local_kinds(std::uint32_t type, std::string const& mountinfo = {},
                               std::string const& device = "0:52")
{
    bool const flock = is_host_local(kernel_lock::flock, type, mountinfo, device);
    bool const record = is_host_local(kernel_lock::record, type, mountinfo, device);
    return flock && record ? "both" : flock ? "flock" : record ? "record" : "none";
}

BOOST_AUTO_TEST_CASE(type_alone_decides_on_smb_and_ocfs2)
{
    for (auto const type : {smb1, smb2, smbfs}) {
        BOOST_TEST(is_smb(type));
        BOOST_TEST(local_kinds(type) == "both");
    }
    BOOST_TEST(local_kinds(ocfs2) == "record");
    for (auto const type : {nfs, lustre, ext4, fuse, ceph})
        BOOST_TEST(local_kinds(type) == "none");
    for (auto const type : {ocfs2, nfs, lustre, ext4, fuse, ceph})
        BOOST_TEST(!is_smb(type));
    for (auto const type : {nfs, lustre})
        BOOST_TEST(has_lock_options(type));
    for (auto const type : {smb1, smb2, smbfs, ocfs2, ext4, fuse, ceph})
        BOOST_TEST(!has_lock_options(type));
}

static std::string const before_nfs =
    "24 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,discard,errors=remount-ro\n"
    "25 24 0:22 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw\n";
static std::string const after_nfs =
    "\n31 24 0:28 / /run rw,nosuid,nodev - tmpfs tmpfs rw,size=401996k,mode=755,inode64\n";

static std::string nfs3(std::string const& locking, std::string const& optional = "shared:170 ")
{
    return before_nfs + "310 24 0:52 / /mnt/data rw,relatime " + optional +
           "- nfs 192.0.2.7:/export rw,vers=3,rsize=524288,wsize=524288,namlen=255,hard" + locking +
           ",addr=192.0.2.7" + after_nfs;
}

BOOST_AUTO_TEST_CASE(nfs_3_has_the_options_nolock_and_local_lock)
{
    std::string const mounted = ",proto=tcp,timeo=600,retrans=2,sec=sys,mountaddr=192.0.2.7,"
                                "mountvers=3,mountport=20048,mountproto=udp";
    BOOST_TEST(local_kinds(nfs, nfs3(mounted + ",local_lock=none")) == "none");
    BOOST_TEST(local_kinds(nfs, nfs3(mounted + ",local_lock=flock")) == "flock");
    BOOST_TEST(local_kinds(nfs, nfs3(mounted + ",local_lock=posix")) == "record");
    BOOST_TEST(local_kinds(nfs, nfs3(mounted + ",local_lock=all")) == "both");
    // The first line is how the kernel shows `-o nolock`. The second is how it did so before Linux
    // 2.6.37.
    BOOST_TEST(local_kinds(nfs, nfs3(",nolock" + mounted + ",local_lock=all")) == "both");
    BOOST_TEST(local_kinds(nfs, nfs3(",nolock" + mounted)) == "both");
    BOOST_TEST(local_kinds(nfs, nfs3(",lock" + mounted)) == "none");
}

// Linux drops `nolock` and `local_lock` for NFS 4 (fs/nfs/fs_context.c), whatever mount(8) was
// given.
BOOST_AUTO_TEST_CASE(nfs_4_has_no_such_option)
{
    BOOST_TEST(local_kinds(nfs, "310 24 0:52 / /mnt/data rw,relatime shared:170 - nfs4 "
                                "192.0.2.7:/ rw,vers=4.2,rsize=262144,wsize=262144,namlen=255,"
                                "hard,proto=tcp,timeo=600,retrans=2,sec=sys,"
                                "clientaddr=192.0.2.8,local_lock=none,addr=192.0.2.7\n") == "none");
}

BOOST_AUTO_TEST_CASE(lustre_has_the_option_localflock)
{
    auto const mounted = [](std::string const& locking) {
        return "88 24 0:52 / /scratch rw,relatime - lustre 192.0.2.9@tcp:/scratch rw,checksum" +
               locking + ",user_xattr,lruresize,lazystatfs,nouser_fid2path\n";
    };
    BOOST_TEST(local_kinds(lustre, mounted(",flock")) == "none");
    BOOST_TEST(local_kinds(lustre, mounted("")) == "none");
    BOOST_TEST(local_kinds(lustre, mounted(",localflock")) == "both");
    // The option has another meaning, or none, for another type.
    BOOST_TEST(local_kinds(lustre, mounted(",nolock")) == "none");
    BOOST_TEST(local_kinds(nfs, mounted(",localflock")) == "none");
    BOOST_TEST(local_kinds(ceph, mounted(",localflock")) == "none");
}

BOOST_AUTO_TEST_CASE(option_is_found_by_its_whole_name_and_value)
{
    for (std::string const other : {",nolocks", ",xnolock", ",nolock=0", ",local_lock=",
                                    ",local_lock=allof", ",xlocal_lock=all", ",local_lock"})
        BOOST_TEST(local_kinds(nfs, nfs3(other)) == "none", other);
}

BOOST_AUTO_TEST_CASE(device_is_found_only_in_its_field)
{
    auto const text = nfs3(",local_lock=all");
    BOOST_TEST(local_kinds(nfs, text, "0:52") == "both");
    for (auto const* const other : {"0:5", "0:521", "10:52", "0:28", "254:1", ""})
        BOOST_TEST(local_kinds(nfs, text, other) == "none", other);
    BOOST_TEST(local_kinds(nfs, "0:52 0:52 0:53 0:52 0:52 0:52 - nfs h:/ rw,nolock\n") == "none");
}

BOOST_AUTO_TEST_CASE(any_number_of_optional_fields_is_accepted)
{
    for (std::string const fields :
         {"", "shared:1 ", "shared:1 master:2 ", "shared:1 master:2 propagate_from:3 unbindable "})
        BOOST_TEST(local_kinds(nfs, nfs3(",local_lock=posix", fields)) == "record", fields);
}

// The kernel writes a blank, a tabulator, a line feed and a backslash in this way.
BOOST_AUTO_TEST_CASE(escaped_paths_are_read)
{
    auto const text = "310 24 0:52 /a\\040-\\040b /mnt/x\\011y\\012z\\134\\040-\\040nfs rw "
                      "shared:1 - nfs h:/a\\040b rw,local_lock=flock\n";
    BOOST_TEST(local_kinds(nfs, text) == "flock");
}

BOOST_AUTO_TEST_CASE(every_mount_of_a_device_counts)
{
    std::string const one = "310 24 0:52 / /a rw - nfs h:/ rw,local_lock=none\n",
                      two = "311 24 0:52 /b /b ro,nolock - nfs h:/ rw,local_lock=none\n";
    BOOST_TEST(local_kinds(nfs, one) == "none");
    BOOST_TEST(local_kinds(nfs, one + two) == "both");
    BOOST_TEST(local_kinds(nfs, two + one) == "both");
}

BOOST_AUTO_TEST_CASE(malformed_line_is_ignored)
{
    for (std::string const line :
         {"", "\n", "\n\n", " ", "-", " - ", "310", "310 24 0:52", "310 24 0:52\n",
          "310 24 0:52 / /a", "310 24 0:52 / /a nolock", "310 24 0:52 / /a nolock\n",
          "310 24 0:52 - nolock nolock", "310 24 0:52 / /a rw -", "310 24 0:52 / /a rw - ",
          "310 24 0:52 / /a rw - nfs", "310 24 0:52 / /a rw - nfs nolock",
          "310 24 0:52 / /a rw nfs h:/ rw,nolock", "0:52 - nfs h:/ rw,nolock"})
        BOOST_TEST(local_kinds(nfs, line) == "none", line);
    // A malformed line does not hide a whole one. The last line may lack its end.
    BOOST_TEST(local_kinds(nfs, "310 24 0:52\n\n - \n311 24 0:52 / /a rw - nfs h:/ rw,nolock") ==
               "both");
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

// Returns an option of strace that makes fstatfs(2) return this type. `from`: the calls that are
// affected, such as "2+".
std::string statfs_gives(std::uint32_t type, std::string const& from = "1+")
{
    auto const field = static_cast<decltype(std::declval<struct ::statfs>().f_type)>(type);
    unsigned char bytes[sizeof field];
    std::memcpy(bytes, &field, sizeof field);
    // fstatfs64 of 32-bit systems has the size as its second argument.
    std::string option = sizeof(void*) == 8 ? "-e inject=fstatfs:poke_exit=@arg2="
                                            : "-e inject=fstatfs64:poke_exit=@arg3=";
    for (auto const byte : bytes) {
        char digits[3];
        std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned>(byte));
        option += digits;
    }
    return option + ":when=" + from;
}

// Runs `body` in a process with these strace injections. Returns the line that `body` returned.
std::string said(std::string const& injections, std::function<std::string()> const& body)
{
    child process([&] {
        hear();
        say(body());
        return 0;
    });
    tracer const injects(process.pid(), injections);
    process.write_line("go");
    auto const line = process.read_line().value_or("nothing");
    return process.wait() == 0 ? line : "it failed";
}

std::string name_of(error_code const& ec)
{
    return !ec ? "done" : ec == error::kernel_lock_not_supported ? "refused" : ec.message();
}

std::string outcome(std::function<void()> const& f)
{
    return name_of(error_of(f));
}

std::string outcomes(std::vector<std::function<void()>> const& calls)
{
    std::string all;
    for (auto const& call : calls)
        all += (all.empty() ? "" : ", ") + outcome(call);
    return all;
}

file_lock_options with_backend(kernel_lock backend, storage where = storage::detect)
{
    file_lock_options options;
    options.backend = backend;
    options.where = where;
    return options;
}

read_write_lock_options on(storage where)
{
    read_write_lock_options options;
    options.where = where;
    return options;
}

// Returns the results of acquiring the locks: "flock, record, read_write".
std::string kinds_at(fs::path const& path, storage where = storage::detect)
{
    file_lock flock(path, with_backend(kernel_lock::flock, where)),
        record(path, with_backend(kernel_lock::record, where));
    read_write_lock read_write(path.parent_path() / "other.lock", on(where));
    return outcomes({[&] { flock.lock(); }, [&] { record.lock(); }, [&] { read_write.lock(); }});
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(on_such_storage, temporary_directory, *ut::precondition(can_trace))

BOOST_AUTO_TEST_CASE(locks_are_refused_by_type)
{
    auto const with_type = [&](std::uint32_t type) {
        return said(statfs_gives(type), [&] { return kinds_at(path); });
    };
    BOOST_TEST(with_type(ext4) == "done, done, done");
    BOOST_TEST(with_type(fuse) == "done, done, done");
    BOOST_TEST(with_type(nfs) == "done, done, done"); // no option makes these locks host-local
    BOOST_TEST(with_type(ocfs2) == "done, refused, refused");
    for (auto const type : {smb1, smb2, smbfs})
        BOOST_TEST(with_type(type) == "refused, refused, refused");
}

BOOST_AUTO_TEST_CASE(caller_may_declare_the_storage_local)
{
    auto const where = [&](storage s) {
        return said(statfs_gives(smb2), [&, s] { return kinds_at(path, s); });
    };
    BOOST_TEST(where(storage::network) == "refused, refused, refused");
    BOOST_TEST(where(storage::local) == "done, done, done");
}

// Returns the results of every way to acquire the lock.
template <class Lock>
static std::vector<std::string> ways(Lock& lock)
{
    boost::asio::io_context context;
    std::vector<std::string> all{
        outcome([&] { lock.lock(); }),
        outcome([&] { (void)lock.try_lock(); }),
        outcome([&] { (void)lock.try_lock_for(hours(1)); }),
        outcome([&] { lock.lock_shared(); }),
        outcome([&] { (void)lock.try_lock_shared(); }),
        outcome([&] { (void)lock.try_lock_shared_for(hours(1)); }),
    };
    error_code ec;
    lock.acquire({}, ec);
    all.push_back(name_of(ec));
    if (lock.is_locked())
        return {"held"};
    auto const keep = [&](error_code const& e, auto const& held) {
        all.push_back(held.owns_lock() ? "held" : name_of(e));
    };
    boost::filelock::async_acquire(context, lock, keep);
    boost::filelock::async_acquire_shared(context, lock, keep);
    context.run();
    return all;
}

static std::string all_refused(std::vector<std::string> const& ways, std::size_t count)
{
    return ways == std::vector<std::string>(count, "refused") ? "all refused" : "not all refused";
}

BOOST_AUTO_TEST_CASE(every_way_of_locking_is_refused)
{
    BOOST_TEST(said(statfs_gives(smb2), [&] {
                   file_lock lock(path);
                   return all_refused(ways(lock), 9);
               }) == "all refused");
    BOOST_TEST(said(statfs_gives(ocfs2), [&] {
                   read_write_lock lock(path);
                   auto all = ways(lock);
                   all.push_back(outcome([&] { lock.lock_upgrade(); }));
                   all.push_back(outcome([&] { (void)lock.try_lock_upgrade(); }));
                   return all_refused(all, 11);
               }) == "all refused");
}

// The library refuses before it acquires the lock: a lock that is held for a moment would make
// other attempts fail.
BOOST_AUTO_TEST_CASE(refused_attempt_acquires_no_lock)
{
    // A call would be reported.
    auto const fails = " -e inject=flock," + calls_for("fcntl") + ":error=EIO";
    BOOST_TEST(said(statfs_gives(smb2) + fails, [&] { return kinds_at(path); }) ==
               "refused, refused, refused");
}

BOOST_AUTO_TEST_CASE(both_kernel_locks_are_refused_as_on_any_network_storage)
{
    BOOST_TEST(said(statfs_gives(smb2), [&] {
                   file_lock lock(path, with_backend(kernel_lock::both));
                   try {
                       lock.lock();
                   } catch (lock_error const& e) {
                       return std::string(e.code() == error::both_not_supported ? "both" : "other");
                   }
                   return std::string("done");
               }) == "both");
}

// Python's FileLock has the kernel's lock there, and does not see a marker.
BOOST_AUTO_TEST_CASE(host_local_lock_does_not_fall_back_to_a_marker)
{
    for (auto const backend : {kernel_lock::flock, kernel_lock::record})
        BOOST_TEST(said(statfs_gives(smb2), [&] {
                       auto options = with_backend(backend);
                       options.on_unsupported = boost::filelock::fallback::soft;
                       file_lock lock(path, options);
                       auto const all = outcomes({[&] { lock.lock(); }, [&] { lock.lock(); },
                                                  [&] { lock.lock_shared(); }});
                       return all + (lock.is_soft() ? ", soft" : ", not soft");
                   }) == "refused, refused, refused, not soft");
    // A file system without such a lock does cause the fallback.
    BOOST_TEST(said(statfs_gives(smb2) + " -e inject=flock:error=ENOSYS", [&] {
                   auto options = with_backend(kernel_lock::flock);
                   options.on_unsupported = boost::filelock::fallback::soft;
                   file_lock lock(path, options);
                   auto const all = outcome([&] { lock.lock(); });
                   return all + (lock.is_soft() ? ", soft" : "");
               }) == "done, soft");
}

BOOST_AUTO_TEST_CASE(object_checks_each_file_system_once, *ut::precondition(can_mount))
{
    auto const twice = [&](auto make) {
        return said(statfs_gives(smb2, "2+"), [&] {
            enter_own_mounts();
            auto const lock = make();
            auto const round = [&] {
                lock->lock();
                lock->unlock();
            };
            auto const mount_another = [&] { mount("none", directory.string(), "tmpfs"); };
            auto const all = outcomes({round, round, mount_another, round});
            ::umount(directory.c_str());
            return all;
        });
    };
    BOOST_TEST(twice([&] { return std::make_unique<file_lock>(path); }) ==
               "done, done, done, refused");
    BOOST_TEST(twice([&] { return std::make_unique<read_write_lock>(path); }) ==
               "done, done, done, refused");
}

BOOST_AUTO_TEST_CASE(mount_options_of_the_files_device_are_used, *ut::precondition(can_mount))
{
    // /proc/self/mountinfo of the process shows an NFS mount with the device of `path`.
    auto const mounted_with = [&](std::string const& option, std::uint32_t type) {
        return said(statfs_gives(type), [&] {
            struct ::stat s;
            if (::stat(directory.c_str(), &s) != 0)
                return std::string("no directory");
            auto const text = directory / "mountinfo";
            std::ofstream(text.string()) << "310 24 " << major(s.st_dev) << ':' << minor(s.st_dev)
                                         << " / /mnt rw - nfs h:/ rw," << option << '\n';
            enter_own_mounts();
            mount(text.string(), "/proc/self/mountinfo", nullptr, MS_BIND);
            return kinds_at(path);
        });
    };
    BOOST_TEST(mounted_with("local_lock=none", nfs) == "done, done, done");
    BOOST_TEST(mounted_with("local_lock=flock", nfs) == "refused, done, done");
    BOOST_TEST(mounted_with("local_lock=posix", nfs) == "done, refused, refused");
    BOOST_TEST(mounted_with("nolock", nfs) == "refused, refused, refused");
    BOOST_TEST(mounted_with("nolock", ext4) == "done, done, done");
    BOOST_TEST(mounted_with("localflock", lustre) == "refused, refused, refused");
}

BOOST_AUTO_TEST_CASE(locks_are_allowed_when_the_file_system_is_unknown)
{
    auto const lock = [&] { return kinds_at(path); };
    BOOST_TEST(said("-e inject=" + calls_for("fstatfs") + ":error=EIO", lock) ==
               "done, done, done");
    // /proc/self/mountinfo is opened after each lock file.
    BOOST_TEST(
        said(statfs_gives(nfs) + " -e inject=" + calls_for("open") + ":error=EACCES:when=2+2",
             lock) == "done, done, done");
}

// SMB refuses a lock with EACCES both if the same open file has it already and if another open file
// has it.
BOOST_AUTO_TEST_CASE(refusal_by_smb_does_not_lose_a_held_lock)
{
    auto const refuses = [](std::string const& calls) {
        return " -e inject=" + calls + ":error=EACCES:when=2";
    };
    auto const twice = [](auto& lock) {
        std::string all;
        for (int i = 0; i < 2; ++i) {
            error_code ec;
            all += lock.still_held(ec) ? "held " : "lost ";
            all += name_of(ec) + ' ';
        }
        return all;
    };
    auto const flock = [&] {
        file_lock lock(path, with_backend(kernel_lock::flock, storage::local));
        lock.lock();
        return twice(lock);
    };
    auto const read_write = [&] {
        read_write_lock lock(path, on(storage::local));
        lock.lock();
        return twice(lock);
    };
    for (auto const type : {smb1, smb2, smbfs}) {
        BOOST_TEST(said(statfs_gives(type) + refuses("flock"), flock) == "held done held done ");
        BOOST_TEST(said(statfs_gives(type) + refuses(calls_for("fcntl")), read_write) ==
                   "held done held done ");
    }
    // On other file systems another process has the lock, and this hold is lost for good.
    BOOST_TEST(said(statfs_gives(nfs) + refuses("flock"), flock) == "lost done lost done ");
    BOOST_TEST(said(statfs_gives(nfs) + refuses(calls_for("fcntl")), read_write) ==
               "lost done lost done ");
    // The path is checked nevertheless.
    BOOST_TEST(said(statfs_gives(smb2) + refuses("flock"), [&] {
                   file_lock lock(path, with_backend(kernel_lock::flock, storage::local));
                   lock.lock();
                   fs::remove(path);
                   return twice(lock);
               }) == "lost done lost done ");
}

BOOST_AUTO_TEST_SUITE_END()
