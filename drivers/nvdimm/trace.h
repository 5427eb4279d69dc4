/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trace events of memory errors in persistent memory, in the order of an
 * error's life.  Addresses and lengths are physical and in bytes.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM nvdimm

#if !defined(__NVDIMM_TRACE_H__) || defined(TRACE_HEADER_MULTI_READ)
#define __NVDIMM_TRACE_H__

#include <linux/tracepoint.h>

/* Bytes were recorded as bad; simulated: the medium is good. */
TRACE_EVENT(nvdimm_poison_record,
	TP_PROTO(u64 addr, u64 len, bool simulated),
	TP_ARGS(addr, len, simulated),
	TP_STRUCT__entry(
		__field(u64, addr)
		__field(u64, len)
		__field(u8, simulated)
	),
	TP_fast_assign(
		__entry->addr = addr;
		__entry->len = len;
		__entry->simulated = simulated;
	),
	TP_printk("addr=%#llx len=%#llx simulated=%u",
		  __entry->addr, __entry->len, __entry->simulated)
);

/* A device was asked to clear the error in bytes; cleared: how many, or -errno. */
TRACE_EVENT(nvdimm_poison_clear,
	TP_PROTO(u64 addr, u64 len, s64 cleared),
	TP_ARGS(addr, len, cleared),
	TP_STRUCT__entry(
		__field(u64, addr)
		__field(u64, len)
		__field(s64, cleared)
	),
	TP_fast_assign(
		__entry->addr = addr;
		__entry->len = len;
		__entry->cleared = cleared;
	),
	TP_printk("addr=%#llx len=%#llx cleared=%lld",
		  __entry->addr, __entry->len, __entry->cleared)
);

DECLARE_EVENT_CLASS(nvdimm_poison_page,
	TP_PROTO(u64 addr, int rc),
	TP_ARGS(addr, rc),
	TP_STRUCT__entry(
		__field(u64, addr)
		__field(int, rc)
	),
	TP_fast_assign(
		__entry->addr = addr;
		__entry->rc = rc;
	),
	TP_printk("addr=%#llx rc=%d", __entry->addr, __entry->rc)
);

/* A page was taken out of the direct map; rc: 0 or -errno. */
DEFINE_EVENT(nvdimm_poison_page, nvdimm_poison_confine,
	TP_PROTO(u64 addr, int rc),
	TP_ARGS(addr, rc)
);

/* A page was given back to the direct map; rc: 0 or -errno. */
DEFINE_EVENT(nvdimm_poison_page, nvdimm_poison_restore,
	TP_PROTO(u64 addr, int rc),
	TP_ARGS(addr, rc)
);

#endif /* __NVDIMM_TRACE_H__ */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH ../../drivers/nvdimm
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
