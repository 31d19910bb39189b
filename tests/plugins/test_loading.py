"""The proof of the plugin contract: what breaks it stops the start, and says why."""

from __future__ import annotations

from types import ModuleType

import pytest

from plugins.api import API_VERSION, PluginMeta, hookimpl
from plugins.runtime.loading import Plugins, UnableToLoad


def make_module(name="dummy", meta=None, **functions):
    module = ModuleType(f"dummy_{name}")
    module.meta = meta or PluginMeta(id=name, name={"ja": name, "en": name}, version="1", api=API_VERSION)
    for key, function in functions.items():
        function.__module__ = module.__name__
        setattr(module, key, function)
    return name, module


def test_a_hook_spelt_right_is_received():
    @hookimpl
    def order_paid(event):
        return None

    plugins = Plugins([make_module(order_paid=order_paid)])

    assert [meta.id for meta, _ in plugins.receivers("order_paid")] == ["dummy"]


def test_a_misspelt_hook_stops_the_start():
    @hookimpl
    def order_payed(event):
        return None

    with pytest.raises(UnableToLoad, match="order_payed"):
        Plugins([make_module(order_payed=order_payed)])


def test_a_misspelt_hook_marked_optional_stops_the_start():
    @hookimpl(optionalhook=True)
    def order_payed(event):
        return None

    with pytest.raises(UnableToLoad, match="order_payed"):
        Plugins([make_module(order_payed=order_payed)])


def test_a_misspelt_argument_stops_the_start():
    @hookimpl
    def check_order(order, on_day):
        return ()

    with pytest.raises(UnableToLoad, match="on_day"):
        Plugins([make_module(check_order=check_order)])


def test_a_hooks_name_without_the_mark_stops_the_start():
    def check_order(order, on_date):
        return ()

    with pytest.raises(UnableToLoad, match="no @hookimpl"):
        Plugins([make_module(check_order=check_order)])


def test_another_contract_version_stops_the_start():
    meta = PluginMeta(id="dummy", name={"ja": "d"}, version="1", api=API_VERSION + 1)

    with pytest.raises(UnableToLoad, match="written for contract 2"):
        Plugins([make_module(meta=meta)])


def test_a_module_without_meta_stops_the_start():
    with pytest.raises(UnableToLoad, match="no `meta`"):
        Plugins([("dummy", ModuleType("dummy_bare"))])


def test_an_entry_point_of_another_name_stops_the_start():
    _, module = make_module("other")

    with pytest.raises(UnableToLoad, match="calls itself 'other'"):
        Plugins([("dummy", module)])


def test_personal_data_without_a_shredder_stops_the_start():
    meta = PluginMeta(id="dummy", name={"ja": "d"}, version="1", api=API_VERSION, personal_data=True)

    with pytest.raises(UnableToLoad, match="register_data_shredders"):
        Plugins([make_module(meta=meta)])


def test_wrapping_other_plugins_answers_stops_the_start():
    @hookimpl(wrapper=True)
    def check_order(order, on_date):
        return (yield)

    with pytest.raises(UnableToLoad, match="wraps"):
        Plugins([make_module(check_order=check_order)])


def test_receivers_come_in_the_order_of_their_ids():
    @hookimpl
    def order_paid(event):
        return None

    modules = [make_module(name, order_paid=order_paid) for name in ("c", "a", "b")]

    assert [meta.id for meta, _ in Plugins(modules).receivers("order_paid")] == ["a", "b", "c"]
