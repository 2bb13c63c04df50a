"""Signing in by the printed link, staying signed in, and leaving."""

from typing import Any

from playwright.sync_api import expect


class TestSignInLink:
    def test_signs_in_and_leaves_no_token_behind(self, server: Any, anonymous: Any) -> None:
        link = server.new_link()
        page = anonymous.page
        page.goto(link)
        expect(page.get_by_role("heading", name="Your library")).to_be_visible()
        assert page.url == server.url + "/"
        token = link.partition("=")[2]
        assert token not in page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")
        page.go_back()
        assert token not in page.url

    def test_a_reload_keeps_the_session(self, server: Any, anonymous: Any) -> None:
        page = anonymous.page
        page.goto(server.new_link())
        expect(page.get_by_role("heading", name="Your library")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Your library")).to_be_visible()

    def test_a_used_link_says_what_to_do(self, server: Any, chromium: Any, anonymous: Any) -> None:
        link = server.new_link()
        page = anonymous.page
        page.goto(link)
        expect(page.get_by_role("heading", name="Your library")).to_be_visible()
        page.context.clear_cookies()
        page.goto("about:blank")
        page.goto(link)
        expect(page.get_by_role("alert")).to_contain_text("That link did not sign you in")
        expect(page.get_by_text("python -m clara token", exact=True)).to_be_visible()
        assert page.url == server.url + "/"
        anonymous.expect_refusal(401)

    def test_a_link_pasted_into_an_open_page_works(self, server: Any, anonymous: Any) -> None:
        page = anonymous.page
        page.goto("/")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        page.evaluate("link => { location.href = link }", server.new_link())
        expect(page.get_by_role("heading", name="Your library")).to_be_visible()
        anonymous.expect_refusal(401)


class TestSignOut:
    def test_ends_the_session(self, server: Any, anonymous: Any) -> None:
        page = anonymous.page
        page.goto(server.new_link())
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_text("You are signed out.")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        anonymous.expect_refusal(401)
